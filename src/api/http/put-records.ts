import { hash } from "node:crypto";
import { type PackedRecords, packRecords, recordCount, sliceRecords } from "../../model/records.ts";
import type { Intake, IntakeAnswer, RefusedRecord, Streams } from "../../streams/streams.ts";
import { retryKeyOf } from "../firehose/put/put-into-stream.ts";
import { AWS_PUT_LIMITS, type PutLimits } from "../firehose/put/put-limits.ts";
import type { HttpAnswer, HttpRequest, Route } from "../protocol/http.ts";
import { WireError } from "../protocol/wire-error.ts";
import { type DoorOptions, doorRoute, methodNotAllowed, type Seen } from "./door-route.ts";
import { openIntake, requireRecordsFit } from "./open-intake.ts";
import { plainAnswer, plainError } from "./plain-answer.ts";
import { splitLines } from "./split-lines.ts";

export interface PutRecordsOptions extends DoorOptions {
  readonly streams: Pick<Streams, "intake" | "get">;
  /** Absent: AWS's numbers. */
  readonly limits?: PutLimits;
}

/** `Idempotency-Key` values are ids, not documents. */
const IDEMPOTENCY_KEY_LENGTH_MAX = 255;

/** Most records of one append: keeps the index of a frame small beside its bytes. */
const APPEND_RECORDS_MAX = 10_000;

const PATH = /^\/v1\/streams\/([^/]*)\/records$/;

/**
 * Plain ingest, for whatever speaks no AWS:
 *
 *     POST /v1/streams/NAME/records
 *     Content-Type: application/x-ndjson => one record per line, each with its line feed; any other => one record
 *     Content-Encoding: gzip | zstd      => unpacked first
 *     Idempotency-Key: up to 255 characters; the same request under the same key is accepted once
 *
 *     200 { accepted, refused: [], repeated } | 207 the same with refused: [{ index, code, message }] | error { code, message, action }
 *
 * A body may hold more records than an AWS batch: it is appended in pieces, in order, and what follows the first refused
 * record is refused as well. Refused records are to be sent again, under another key.
 */
export function putRecordsRoute(options: PutRecordsOptions): Route {
  return doorRoute(options, {
    name: "ingest",
    operation: "PutRecords",
    path: PATH,
    receive: (request, stream, seen) => ingest(options, request, stream, seen),
    failed: (error, { requestId }) => plainError(error, requestId),
  });
}

async function ingest(options: PutRecordsOptions, request: HttpRequest, name: string, seen: Seen): Promise<HttpAnswer> {
  const { limits = AWS_PUT_LIMITS } = options;
  if (request.method !== "POST") return methodNotAllowed(request, "POST");
  const caller = options.authenticator.bearer(request);
  const intake = openIntake(options.streams, caller, name);
  const key = idempotencyKeyOf(request);
  const body = await request.body({ decode: true });
  seen.bytes = body.length;
  const ndjson = /^application\/(x-)?ndjson\b/i.test(request.headers["content-type"] ?? "");
  const records = ndjson ? splitLines(body) : packRecords([body]);
  if (!ndjson && body.length === 0)
    throw new WireError("InvalidArgumentException", "The body is empty: it is the record");
  requireRecordsFit(records, limits.recordBytes);
  const digest = key === undefined ? "" : hash("sha256", body, "hex");
  const retryKey = key === undefined ? undefined : [caller.principal, name, "http", key, digest];
  const result = await appendPieces(intake, records, limits.batchBytes, retryKey);
  return plainAnswer(result.refused.length === 0 ? 200 : 207, result, request.id);
}

function idempotencyKeyOf(request: HttpRequest): string | undefined {
  const key = request.headers["idempotency-key"];
  if (typeof key !== "string" || key.length === 0) return undefined;
  if (key.length <= IDEMPOTENCY_KEY_LENGTH_MAX) return key;
  const message = `Idempotency-Key may have at most ${IDEMPOTENCY_KEY_LENGTH_MAX} characters, got ${key.length}`;
  throw new WireError("InvalidArgumentException", message);
}

interface PutRecordsResult {
  readonly accepted: number;
  readonly refused: readonly RefusedRecord[];
  /** True when all of it had been accepted before, under the same Idempotency-Key. */
  readonly repeated: boolean;
}

async function appendPieces(
  intake: Intake,
  records: PackedRecords,
  bytesMax: number,
  retryKey: readonly string[] | undefined,
): Promise<PutRecordsResult> {
  const count = recordCount(records);
  const refused: RefusedRecord[] = [];
  let repeated = count > 0;
  for (let from = 0; from < count && refused.length === 0; ) {
    const to = pieceEnd(records, from, bytesMax);
    // The place of the piece is part of its identity: two pieces of one request are no repetitions of each other.
    const key = retryKey === undefined ? {} : { retryKey: retryKeyOf([...retryKey, `${from}-${to}`]) };
    const call = { records: sliceRecords(records, from, to), call: "http", ...key };
    const answer = await intake.accept(call).catch((error: unknown) => laterPieceFailed(error, from, to));
    refused.push(...answer.refused.map((one) => ({ ...one, index: from + one.index })));
    repeated &&= answer.repeated;
    from = to;
    if (refused.length > 0) refused.push(...restRefused(from, count));
  }
  return { accepted: count - refused.length, refused, repeated };
}

/** Before anything was accepted a failure is the answer; afterwards it is that of the records that it hit. */
function laterPieceFailed(error: unknown, from: number, to: number): Pick<IntakeAnswer, "refused" | "repeated"> {
  if (from === 0) throw error;
  return { refused: restRefused(0, to - from), repeated: false };
}

function restRefused(from: number, to: number): RefusedRecord[] {
  const one = { code: "slow-down", message: "Slow down." } as const;
  return Array.from({ length: to - from }, (_, place) => ({ index: from + place, ...one }));
}

/** The most records from `from` on that one append may take, at least one. */
function pieceEnd(records: PackedRecords, from: number, bytesMax: number): number {
  const { ends } = records;
  const start = from === 0 ? 0 : (ends[from - 1] ?? 0);
  let to = from + 1;
  while (to < ends.length && to - from < APPEND_RECORDS_MAX && (ends[to] ?? 0) - start <= bytesMax) to++;
  return to;
}
