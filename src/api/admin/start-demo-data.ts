import { z } from "zod";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";

/** A demonstration, no load test: those are what producers of one's own, and `lakehose generate`, are for. */
const PER_SECOND_MAX = 10_000;
const SECONDS_MAX = 3600;

export const startDemoDataBody = z.strictObject({
  generator: z.string().max(100),
  perSecond: z.number().min(0.1).max(PER_SECOND_MAX),
  seconds: z.int().min(1).max(SECONDS_MAX),
  badShare: z.number().min(0).max(1).default(0).meta({ description: "Share of records that are spoiled on purpose." }),
});

/** POST /api/streams/NAME/demo-data, {generator, perSecond, seconds, badShare} => what is being sent; what was before ends */
export function startDemoData({ demoData }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "streams/:name/demo-data",
    action: "lakehose:StartDemoData",
    role: "operator",
    async handle({ stream, json }) {
      return asJson(await demoData.start(stream, parseBody(startDemoDataBody, await json())));
    },
  };
}
