import { z } from "zod";
import { LakehoseError } from "../../model/errors.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { StreamError } from "../../streams/stream-error.ts";
import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { asJson, parseBody } from "./parse-body.ts";
import { requestOf, wantedChange } from "./wanted-change.ts";

/** Samples: the body of a call holds no more than a mebibyte anyhow. */
const RECORDS_MAX = 1000;

const jsonObject = z.record(z.string(), z.custom<JsonValue>());

export const dryRunBody = z.strictObject({
  records: z.array(z.string()).min(1).max(RECORDS_MAX),
  request: jsonObject.optional().meta({ description: "A CreateDeliveryStream request with a `lakehose` section." }),
  update: jsonObject.optional().meta({ description: "What UpdateStream takes, on top of the stream as it is." }),
});

/**
 * POST /api/streams/NAME/dry-run, {records, request or update} => {stream, warnings, objects, rejects}: what the stream that is
 * requested, or the one that is there once it is updated, would do with these records. Nothing is made and nothing goes out;
 * functions are called.
 */
export function dryRunStream({ streams, dryRun }: AdminContext): Endpoint {
  return {
    method: "POST",
    path: "streams/:name/dry-run",
    action: "lakehose:DryRunStream",
    role: "operator",
    audited: false,
    async handle({ stream: name, json }) {
      const { records, request, update } = parseBody(dryRunBody, await json());
      const wanted = request === undefined ? undefined : { ...request, DeliveryStreamName: name };
      const samples = records.map((record) => Buffer.from(record, "utf8"));
      try {
        return asJson(await dryRun(wanted ?? existing(name, update ?? {}), samples));
      } catch (error) {
        // Whatever the server of the dry run says about its only stream is about what was asked for.
        if (!(error instanceof LakehoseError) || error instanceof StreamError) throw error;
        throw new WireError("InvalidArgumentException", error.message, { cause: error });
      }
    },
  };

  function existing(name: string, update: JsonObject): JsonObject {
    const stream = streams.get(name);
    if (stream !== undefined) return requestOf(stream, wantedChange(stream, update));
    const message = `There is no stream ${name}: give the request that would make it`;
    throw new WireError("ResourceNotFoundException", message);
  }
}
