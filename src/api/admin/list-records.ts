import { WireError } from "../protocol/wire-error.ts";
import type { AdminContext, Endpoint } from "./endpoint.ts";
import { limitIn } from "./limit-in.ts";
import { asJson } from "./parse-body.ts";
import { shownBytes } from "./shown-bytes.ts";

const RECORDS_DEFAULT = 50;
const RECORDS_MAX = 500;

/** Enough of a record to see what it is; the whole of it is in the lake. */
const RECORD_BYTES_MAX = 4096;

/**
 * GET /api/streams/NAME/records?from=OFFSET&limit= => {records, next, skipped}: the newest records of the log, oldest first,
 * each with the beginning of what it holds. Who asks again `from` the `next` of the answer before follows the stream.
 */
export function listRecords({ streams }: AdminContext): Endpoint {
  return {
    method: "GET",
    path: "streams/:name/records",
    action: "lakehose:ListRecords",
    role: "viewer",
    async handle({ stream, query }) {
      const from = query.get("from");
      if (from !== null && !/^\d{1,15}$/.test(from)) {
        throw new WireError("InvalidArgumentException", `from is the offset of a record, got ${from.slice(0, 100)}`);
      }
      const { records, next, skipped } = await streams.newest(stream, {
        ...(from !== null && { from: Number(from) }),
        records: limitIn(query, RECORDS_DEFAULT, RECORDS_MAX),
        recordBytes: RECORD_BYTES_MAX,
      });
      const shown = records.map(({ offset, arrivalMs, onlyDelivery, bytes, size }) => ({
        offset,
        arrivalMs,
        onlyDelivery,
        ...shownBytes(bytes, size),
      }));
      return asJson({ records: shown, next, skipped });
    },
  };
}
