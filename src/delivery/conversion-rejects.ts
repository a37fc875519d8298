import { crc32 } from "node:zlib";
import type { EncodeReject } from "../formats/format.ts";
import { CONVERSION_FAILED, serializeErrorRecord } from "../model/error-record.ts";
import { invariant } from "../std/assert.ts";
import type { JsonObject, JsonValue } from "../std/json.ts";
import type { Accumulator } from "./accumulator.ts";
import { type AccumulatorKey, type Intent, keyText, type OpenRecord } from "./journal/journal-records.ts";
import { parcelId, parcelName } from "./naming.ts";
import type { PlanRunner } from "./plan-runner.ts";
import type { RecordPlace } from "./record-places.ts";

/** Rows that one object of the error output takes, found while their parcel was encoded. */
export interface RejectedRows {
  readonly key: AccumulatorKey;
  /** Error records, one line each. */
  readonly lines: readonly Buffer[];
  readonly oldestMs: number;
  readonly newestMs: number;
  readonly bytes: number;
}

export interface RejectContext {
  readonly streamUid: string;
  readonly deliveryId: string;
  readonly encodedAt: number;
}

/** Which records were refused, in one number. */
export function rejectsDigest(rejects: readonly EncodeReject[]): number {
  return crc32(Buffer.from(Uint32Array.from(rejects, ({ index }) => index).buffer));
}

/** Error records of what an encoder refused, by the time split of the error prefix: the same for the same parcel for ever. */
export function rejectedRows(
  accumulator: Accumulator,
  rejects: readonly EncodeReject[],
  runner: PlanRunner,
  parentId: string,
  context: RejectContext,
): RejectedRows[] {
  const inOrder = [...rejects].sort((a, b) => a.index - b.index);
  const places = accumulator.places?.of(inOrder.map(({ index }) => index)) ?? [];
  invariant(places.length === rejects.length, "every record that is refused was added");
  const details = detailsOf(runner);
  const bySplit = Map.groupBy(inOrder.entries(), ([index]) => {
    return runner.places.errorSplit(places[index]?.arrivalMs ?? 0);
  });
  return Array.from(bySplit, ([split, members]) => {
    const arrivals = members.map(([index]) => places[index]?.arrivalMs ?? 0);
    return {
      key: { kind: "error", split, errorType: CONVERSION_FAILED, parent: parentId },
      lines: members.map(([index, reject]) => errorLine(reject, places[index], details, context)),
      oldestMs: Math.min(...arrivals),
      newestMs: Math.max(...arrivals),
      bytes: members.reduce((sum, [, { bytes }]) => sum + bytes.length, 0),
    };
  });
}

/** The intent of a child: everything that finds its rows again, and its literal name. */
export function childIntent(
  open: OpenRecord,
  parent: Intent,
  rows: RejectedRows,
  runner: PlanRunner,
  encodedAt: number,
): Intent {
  const { key, oldestMs, newestMs } = rows;
  const id = parcelId(open, keyText(key), parent.from, parent.to);
  const { format, compression } = runner.encoding(key);
  const { ordinal, accumulatorId, from, to, plan, cause, stagingFrom } = parent;
  return {
    parcelId: id,
    ordinal,
    accumulatorId,
    key,
    from,
    to,
    records: rows.lines.length,
    bytes: rows.bytes,
    oldestMs,
    newestMs,
    digest: linesDigest(rows.lines),
    plan,
    name: parcelName(runner.plan, runner.naming, id, key, { oldestMs }, format.extension(compression)),
    cause,
    ...(stagingFrom === undefined ? {} : { stagingFrom }),
    parent: { parcelId: parent.parcelId, key: parent.key, records: parent.records, digest: parent.digest, encodedAt },
  };
}

export function linesDigest(lines: readonly Buffer[]): number {
  return lines.reduce((digest, line) => crc32(line, digest), 0);
}

function errorLine(
  { bytes, code, message }: EncodeReject,
  place: RecordPlace | undefined,
  details: Readonly<Record<string, JsonValue>>,
  { streamUid, deliveryId, encodedAt }: RejectContext,
): Buffer {
  const { offset = 0, arrivalMs = 0 } = place ?? {};
  const identity = { streamUid, deliveryId, offset, stage: "delivery" as const };
  const record = { bytes, code, message, attempts: 1, arrivalMs, attemptEndingMs: encodedAt, details, ...identity };
  return serializeErrorRecord(record, CONVERSION_FAILED);
}

/** Members that conversion alone has (reference 5.6). Records that were put have no sequence numbers. */
function detailsOf(runner: PlanRunner): Readonly<Record<string, JsonValue>> {
  const { schema } = runner.plan.definition.format.options;
  const table = isObject(schema) && isObject(schema.table) ? schema.table : undefined;
  const catalogArn = table && `arn:aws:glue:${String(table.region)}:${String(table.catalogId)}:catalog`;
  return {
    sequenceNumber: null,
    subSequenceNumber: null,
    ...(table && catalogArn ? { dataCatalogTable: { ...table, catalogArn } } : {}),
  };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
