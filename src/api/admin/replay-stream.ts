import { z } from "zod";
import type { StartReplay } from "../../streams/replay.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";

const offset = z.number().int().min(0).optional();

/** An instant: ISO 8601 with its zone, or milliseconds since 1970. */
const instant = z
  .union([z.number().int(), z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))])
  .optional();

export const replayBody = z.strictObject({
  delivery: z.string().optional(),
  fromOffset: offset,
  toOffset: offset,
  from: instant,
  to: instant,
  objects: z
    .strictObject({
      prefix: z.string().max(1024),
      bucket: z.string().optional(),
      stage: z.enum(["processors", "delivery"]).optional(),
    })
    .optional(),
  into: z.strictObject({ bucket: z.string().optional(), prefix: z.string().max(1024).optional() }).optional(),
});

/**
 * POST /api/streams/NAME/replays => the replay, which goes on by itself. {fromOffset, toOffset} or {from, to} name a range
 * of the log (ends are exclusive, all of it by default); {objects: {prefix}} names objects in the lake. {into: {prefix,
 * bucket}} says where to; by default below replay/ID/ beside the delivery's own prefix.
 */
export function replayStream({ streams }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "streams/:name/replays",
    action: "lakehose:ReplayStream",
    role: "operator",
    async handle({ stream, json }) {
      return asJson(await streams.repeats.replay(stream, requestOf(parseBody(replayBody, await json()))));
    },
  };
}

function requestOf(body: ReturnType<typeof parseBody<typeof replayBody>>): StartReplay {
  const { objects, fromOffset, toOffset, from: fromMs, to: toMs, delivery, into } = body;
  const span = { fromOffset, toOffset, fromMs, toMs };
  const source = objects === undefined ? { type: "log", ...span } : { type: "objects", ...objects };
  // Through JSON: members that nobody gave are gone.
  return JSON.parse(JSON.stringify({ delivery, source, into }));
}
