import type { FunctionInvoker } from "../../functions/function-invoker.ts";
import type { EventTarget } from "./event-target.ts";

/** Payload and answer of a synchronous call of AWS Lambda: 6 MB each. */
export const EVENT_PAYLOAD_BYTES_MAX = 6 * 1024 * 1024;

export function functionEventTarget(functions: FunctionInvoker, functionName: string): EventTarget {
  return {
    name: `function ${functionName}`,
    send: (payload, signal) =>
      functions.invoke({ functionArn: functionName, payload, replyBytesMax: EVENT_PAYLOAD_BYTES_MAX, signal }),
    close: async () => undefined,
  };
}
