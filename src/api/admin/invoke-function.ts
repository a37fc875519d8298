import { z } from "zod";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { findFunction } from "./find-function.ts";
import { asJson, parseBody } from "./parse-body.ts";

const RECORDS_MAX = 1000;

export const invokeFunctionBody = z.strictObject({
  records: z.array(z.string()).min(1).max(RECORDS_MAX),
  fanOut: z.boolean().default(false).meta({ description: "One record may become many." }),
});

/** POST /api/functions/NAME/invoke, {records, fanOut} => {results, durationMs}: what it makes of them, called as a stream would */
export function invokeFunction({ functions, clock }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "functions/:id/invoke",
    action: "lakehose:InvokeFunction",
    role: "operator",
    async handle({ id, json, signal }) {
      const { records, fanOut } = parseBody(invokeFunctionBody, await json());
      const { name } = await findFunction(functions, id);
      const from = clock.monotonic();
      const samples = records.map((record) => Buffer.from(record, "utf8"));
      const results = await functions.invoke(name, samples, { fanOut, signal });
      return asJson({ results, durationMs: Math.round(clock.monotonic() - from) });
    },
  };
}
