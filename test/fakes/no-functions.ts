import { FunctionError, type FunctionInvoker } from "../../src/functions/function-invoker.ts";

/** Where no function can be called. */
export const noFunctions: FunctionInvoker = {
  async invoke({ functionArn }) {
    throw new FunctionError("not-found", `Expected a function ${functionArn}; none can be called here`);
  },
  codeDigest: async () => undefined,
  close: async () => undefined,
};
