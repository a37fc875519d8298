import type { FunctionInvoker, FunctionRequest } from "../../src/functions/function-invoker.ts";

/** The event of a transformation function, as a handler reads it. */
export interface TransformationEvent {
  readonly invocationId: string;
  readonly deliveryStreamArn: string;
  readonly region: string;
  readonly sourceKinesisStreamArn?: string;
  readonly records: readonly EventRecord[];
}

export interface EventRecord {
  readonly recordId: string;
  readonly approximateArrivalTimestamp: number;
  readonly data: string;
}

/** What a function says: text or bytes as they are, anything else as JSON. */
export type Script = (event: TransformationEvent, request: FunctionRequest, invocation: number) => unknown;

/** Functions that answer by a script: in time or late, well or badly. Throw a `FunctionError` to fail. */
export class ScriptedFunctions implements FunctionInvoker {
  readonly events: TransformationEvent[] = [];
  readonly requests: FunctionRequest[] = [];
  /** The most invocations that were under way at one time. */
  underWayMax = 0;
  #underWay = 0;
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  async invoke(request: FunctionRequest): Promise<Buffer> {
    const event = JSON.parse(request.payload.toString()) as TransformationEvent;
    this.events.push(event);
    const invocation = this.requests.push(request);
    this.underWayMax = Math.max(this.underWayMax, ++this.#underWay);
    try {
      const said = await this.#script(event, request, invocation);
      request.signal.throwIfAborted();
      if (Buffer.isBuffer(said)) return said;
      return Buffer.from(typeof said === "string" ? said : JSON.stringify(said));
    } finally {
      this.#underWay--;
    }
  }

  codeDigest = async () => undefined;
  close = async () => undefined;
}

/** A reply that says Ok to each record, with its data changed. */
export function ok(event: TransformationEvent, change: (text: string) => string = (text) => text): object {
  const records = event.records.map(({ recordId, data }) => ({
    recordId,
    result: "Ok",
    data: Buffer.from(change(Buffer.from(data, "base64").toString())).toString("base64"),
  }));
  return { records };
}
