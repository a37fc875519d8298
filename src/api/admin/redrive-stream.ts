import { z } from "zod";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";

export const redriveBody = z.strictObject({
  delivery: z.string().optional(),
  prefix: z.string().max(1024).optional(),
  keys: z.array(z.string().min(1).max(1024)).min(1).max(10_000).optional(),
  bucket: z.string().optional(),
  again: z.boolean().default(false),
  stage: z.enum(["processors", "delivery"]).optional(),
});

/**
 * POST /api/streams/NAME/redrive, {delivery, prefix or keys, bucket, again, stage}, all of them optional => the job, which
 * goes on by itself: its progress is in GET /api/streams/NAME/redrives.
 */
export function redriveStream({ streams }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "streams/:name/redrive",
    action: "lakehose:RedriveStream",
    role: "operator",
    async handle({ stream, json }) {
      const { delivery, ...request } = parseBody(redriveBody, await json());
      return asJson(await streams.repeats.redrive(stream, delivery, request));
    },
  };
}
