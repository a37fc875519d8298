import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type IdentifiedBytes, type IdentifiedRecord, readIdentifiedRecords } from "../../model/identified-records.ts";

/**
 * How a parcel becomes requests. Which record is in which request depends on the parcel and on options that do not change
 * while it is open, and on nothing that an attempt has learned: so a request that comes again has the same records under
 * the same request id, which is how a receiver knows it.
 */
export interface DeliveryRequest {
  readonly requestId: string;
  readonly records: readonly IdentifiedRecord[];
}

export interface RequestLimits {
  readonly requestRecords: number;
  readonly requestBytes: number;
  readonly delimiter: string;
}

/** Longest `data` of a record in base64 (HTTP endpoint delivery 1.0): 1,024,002 bytes before. */
const DATA_LENGTH_MAX = 1_365_336;

/** `{"requestId":…,"timestamp":…,"records":[]}` with a uuid and a time of 16 digits, and some to spare. */
const ENVELOPE_BYTES = 160;

/** `{"data":""},` */
const RECORD_BYTES = 12;

/** Requests in order. Records that fit in none are handed to `tooLarge` and are in none. */
export async function* deliveryRequests(
  parcel: { readonly id: string; readonly body: IdentifiedBytes },
  { requestRecords, requestBytes, delimiter }: RequestLimits,
  tooLarge: (record: IdentifiedRecord) => void,
): AsyncGenerator<DeliveryRequest> {
  const delimiterBytes = Buffer.byteLength(delimiter);
  let number = 0;
  let records: IdentifiedRecord[] = [];
  let bytes = ENVELOPE_BYTES;
  for await (const run of readIdentifiedRecords(parcel.body)) {
    for (const record of run) {
      const length = base64Length(record.bytes.length + delimiterBytes);
      const most = Math.min(DATA_LENGTH_MAX, requestBytes - ENVELOPE_BYTES - RECORD_BYTES);
      if (length > most) {
        tooLarge(record);
        continue;
      }
      if (records.length === requestRecords || bytes + length + RECORD_BYTES > requestBytes) {
        yield { requestId: requestIdOf(parcel.id, number++), records };
        records = [];
        bytes = ENVELOPE_BYTES;
      }
      records.push(record);
      bytes += length + RECORD_BYTES;
    }
  }
  if (records.length > 0) yield { requestId: requestIdOf(parcel.id, number), records };
}

/** Most parcels are one request, and people find them by their name. */
function requestIdOf(parcelId: string, number: number): string {
  if (number === 0) return parcelId;
  const hash = createHash("sha256").update(`${parcelId}/${number}`).digest("hex");
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 3) | 8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

/**
 * Body of a request, as the protocol has it:
 *
 *     body   => { "requestId": string, "timestamp": number, "records": [ record, … ] }
 *     record => { "data": "standard base64 with padding" }
 */
export function requestBody({ requestId, records }: DeliveryRequest, timestamp: number, delimiter: string): Buffer {
  const head = `${JSON.stringify({ requestId, timestamp }).slice(0, -1)},"records":[`;
  const behind = Buffer.from(delimiter);
  const dataBytes = records.reduce((sum, { bytes }) => sum + base64Length(bytes.length + behind.length), 0);
  const body = Buffer.allocUnsafeSlow(head.length + dataBytes + RECORD_BYTES * records.length + 1);
  let at = body.write(head, 0, "latin1");
  for (const [index, { bytes }] of records.entries()) {
    const data = behind.length === 0 ? bytes : Buffer.concat([bytes, behind]);
    at += body.write(`${index === 0 ? "" : ","}{"data":"${data.toString("base64")}"}`, at, "latin1");
  }
  at += body.write("]}", at, "latin1");
  return body.subarray(0, at);
}

export const packed: (body: Buffer) => Promise<Buffer> = promisify(gzip);

function base64Length(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}
