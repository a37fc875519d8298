import type { AdminContext, Endpoint } from "./endpoint.ts";
import { limitIn } from "./limit-in.ts";
import { asJson } from "./parse-body.ts";
import { shownBytes } from "./shown-bytes.ts";

const RECORDS_DEFAULT = 50;
const RECORDS_MAX = 500;

/** Enough of a record to see what is wrong with it. */
const RECORD_BYTES_MAX = 4096;

/**
 * GET /api/streams/NAME/errors?delivery=&limit= => {objects, bytes, objectsRead, kinds, records, problems}: the newest error
 * records of a delivery, by default the stream's first, and how many there are of each kind in the objects that were read.
 */
export function listErrors({ streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name/errors",
    action: "lakehose:ListErrors",
    role: "viewer",
    async handle({ stream, query }) {
      const { records, ...sample } = await streams.repeats.errors(stream, query.get("delivery") ?? undefined, {
        records: limitIn(query, RECORDS_DEFAULT, RECORDS_MAX),
        recordBytes: RECORD_BYTES_MAX,
      });
      const shown = records.map(({ bytes, size, ...record }) => ({ ...record, ...shownBytes(bytes, size) }));
      return asJson({ ...sample, records: shown });
    },
  };
}
