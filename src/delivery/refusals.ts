import { crc32 } from "node:zlib";
import type { RecordDetails, RecordRefusal } from "../destinations/parcel-progress.ts";
import { serializeErrorRecord } from "../model/error-record.ts";
import { type IdentifiedRecord, readIdentifiedRecords } from "../model/identified-records.ts";
import { packRecords } from "../model/records.ts";
import { invariant } from "../std/assert.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Disk } from "../std/disk.ts";
import type { ObjectBody } from "../storage/object-store.ts";
import type { ParcelTools } from "./accumulator.ts";
import type { AccumulatorKey, EncodedChild, Intent, OpenRecord, ParentParcel } from "./journal/journal-records.ts";
import { keyText } from "./journal/journal-records.ts";
import { parcelId, parcelName } from "./naming.ts";
import type { EncodedFile, ParcelFileContext } from "./parcel-file.ts";
import { packPlaces, unpackPlaces } from "./places-text.ts";
import type { PlanRunner } from "./plan-runner.ts";

/**
 * Records that a target did not take, as parcels of the error output.
 *
 * Their files are synced before the receipt of their parent, and their intents stand in that receipt: there is no moment in
 * which a refused record belongs to nobody, and none in which it belongs to two (rule H48). What the target said is in the
 * file alone. Where that is lost, the receipt still knows which records they were, and they are written once more, with
 * the code that was most frequent.
 */
export class Refusals {
  readonly #options: RefusalsOptions;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  /** One child for each time split of the error prefix. A sync or a read that fails once must not stop the delivery. */
  async childrenOf(
    intent: Intent,
    body: ObjectBody,
    refusals: ReadonlyMap<number, RecordRefusal>,
  ): Promise<readonly EncodedChild[]> {
    const { clock, random, signal } = this.#options.file;
    for (let attempt = 1; ; attempt++) {
      const writers = new Map<string, ChildWriter>();
      try {
        return await this.#writeChildren(intent, body, refusals, writers);
      } catch (error) {
        signal.throwIfAborted();
        // After a failed sync nobody knows what a file holds.
        for (const writer of writers.values()) await this.#options.disk.unlink(writer.path);
        if (attempt >= WRITE_ATTEMPTS_MAX) throw error;
        await clock.sleep(backoffMs(attempt, random), signal);
      }
    }
  }

  async #writeChildren(
    intent: Intent,
    body: ObjectBody,
    refusals: ReadonlyMap<number, RecordRefusal>,
    writers: Map<string, ChildWriter>,
  ): Promise<readonly EncodedChild[]> {
    const refusedAt = this.#options.file.clock.now();
    const runner = this.#options.runnerOf(intent);
    for await (const records of readIdentifiedRecords(body)) {
      for (const record of records) {
        const refusal = refusals.get(record.index);
        if (refusal === undefined) continue;
        const split = runner.places.errorSplit(record.arrivalMs);
        let writer = writers.get(split);
        if (writer === undefined) {
          writer = this.#openChild(intent, keyOf(intent, split, runner), runner, refusedAt);
          writers.set(split, writer);
        }
        writer.add(record, this.#detailed(intent, record, refusal));
      }
      for (const writer of writers.values()) await writer.drain();
    }
    const children: EncodedChild[] = [];
    for (const writer of writers.values()) children.push(await this.#childOf(intent, runner, writer, refusedAt));
    return children;
  }

  /** The file of a child whose own is lost. `body` is its parent's. */
  async rewrite({ accumulatorId, key, plan, parent }: Intent, body: ObjectBody): Promise<EncodedFile> {
    invariant(parent?.refused !== undefined, "a child of the target's refusals knows which records they were");
    const runner = this.#options.runnerOf({ plan });
    const { code, inDoubt = false } = parent.refused;
    const places = new Set(unpackPlaces(parent.refused.places));
    const writer = this.#openChild({ accumulatorId, plan }, key, runner, parent.encodedAt);
    const message = "What the target said was lost with the file that held it";
    for await (const records of readIdentifiedRecords(body)) {
      for (const record of records) {
        if (!places.has(record.index)) continue;
        const refusal = { code, message, attempts: 1, inDoubt };
        writer.add(record, this.#detailed({ plan, key: parent.key }, record, refusal));
      }
      await writer.drain();
    }
    return writer.finish();
  }

  #detailed(parent: Pick<Intent, "plan" | "key">, record: IdentifiedRecord, refusal: RecordRefusal): RecordRefusal {
    const details = refusal.details ?? this.#options.detailsOf(parent, record);
    return details === undefined ? refusal : { ...refusal, details };
  }

  #openChild(
    { accumulatorId }: Pick<Intent, "accumulatorId" | "plan">,
    key: AccumulatorKey,
    runner: PlanRunner,
    refusedAt: number,
  ): ChildWriter {
    const { openTools, streamUid, delivery } = this.#options;
    return new ChildWriter(key, openTools(accumulatorId, key, runner), { streamUid, deliveryId: delivery, refusedAt });
  }

  async #childOf(intent: Intent, runner: PlanRunner, writer: ChildWriter, refusedAt: number): Promise<EncodedChild> {
    const { key, places, bytes, oldestMs, newestMs, code, inDoubt } = writer;
    const { path, bytes: fileBytes, checksum } = await writer.finish();
    const id = parcelId(this.#options.open(), keyText(key), intent.from, intent.to);
    const { format, compression } = runner.encoding(key);
    const { ordinal, accumulatorId, from, to, plan, cause, stagingFrom } = intent;
    const parent: ParentParcel = {
      parcelId: intent.parcelId,
      key: intent.key,
      records: intent.records,
      digest: intent.digest,
      encodedAt: refusedAt,
      refused: { places: packPlaces(places), code, ...(inDoubt ? { inDoubt } : {}) },
    };
    const child: Intent = {
      parcelId: id,
      ordinal,
      accumulatorId,
      key,
      from,
      to,
      records: places.length,
      bytes,
      oldestMs,
      newestMs,
      // Which records, and not what was said of them: that may be lost.
      digest: crc32(Buffer.from(parent.refused?.places ?? "", "latin1")),
      plan,
      name: parcelName(runner.plan, runner.naming, id, key, { oldestMs }, format.extension(compression)),
      cause,
      ...(stagingFrom === undefined ? {} : { stagingFrom }),
      parent,
    };
    return { intent: child, file: path, bytes: fileBytes, checksum };
  }
}

/** As often as a parcel is encoded: then the disk is in trouble, and the delivery stops with its error. */
const WRITE_ATTEMPTS_MAX = 5;

export interface RefusalsOptions {
  readonly streamUid: string;
  readonly delivery: string;
  readonly disk: Pick<Disk, "unlink">;
  readonly file: Pick<ParcelFileContext, "clock" | "random" | "signal">;
  readonly open: () => OpenRecord;
  readonly runnerOf: (intent: Pick<Intent, "plan">) => PlanRunner;
  /** What the target of a parcel has to say of one of its records. */
  readonly detailsOf: (parcel: Pick<Intent, "plan" | "key">, record: IdentifiedRecord) => RecordDetails | undefined;
  readonly openTools: (accumulatorId: number, key: AccumulatorKey, runner: PlanRunner) => ParcelTools;
}

function keyOf({ parcelId: parent }: Intent, split: string, { plan }: PlanRunner): AccumulatorKey {
  const { errorType } = plan.definition;
  invariant(
    errorType !== undefined,
    "a target that takes records one by one has an error type for those it does not take",
  );
  return { kind: "error", split, errorType, parent };
}

/** Error records of one child in the making. */
class ChildWriter {
  readonly key: AccumulatorKey;
  readonly places: number[] = [];
  bytes = 0;
  /** Some may have arrived all the same. */
  inDoubt = false;
  oldestMs = Number.POSITIVE_INFINITY;
  newestMs = 0;
  readonly #tools: ParcelTools;
  readonly #identity: RefusalIdentity;
  readonly #codes = new Map<string, number>();
  #lines: Buffer[] = [];

  constructor(key: AccumulatorKey, tools: ParcelTools, identity: RefusalIdentity) {
    this.key = key;
    this.#tools = tools;
    this.#identity = identity;
  }

  get path(): string {
    return this.#tools.file.path;
  }

  /** The most frequent one. */
  get code(): string {
    return [...this.#codes].reduce((best, one) => (one[1] > best[1] ? one : best), ["", 0] as [string, number])[0];
  }

  add({ index, bytes, arrivalMs, offset, piece, streamUid }: IdentifiedRecord, refusal: RecordRefusal): void {
    const { refusedAt, ...identity } = this.#identity;
    const { code, message, attempts, details, inDoubt } = refusal;
    const record = {
      bytes,
      code,
      message,
      attempts,
      arrivalMs,
      attemptEndingMs: refusedAt,
      ...(details === undefined ? {} : { details }),
      ...identity,
      ...(streamUid === undefined ? {} : { streamUid }),
      offset,
      piece,
      stage: "delivery" as const,
      ...(inDoubt === undefined ? {} : { inDoubt }),
    };
    this.#lines.push(serializeErrorRecord(record, this.key.errorType));
    this.places.push(index);
    this.inDoubt ||= inDoubt === true;
    this.bytes += bytes.length;
    this.oldestMs = Math.min(this.oldestMs, arrivalMs);
    this.newestMs = Math.max(this.newestMs, arrivalMs);
    this.#codes.set(code, (this.#codes.get(code) ?? 0) + 1);
  }

  async drain(): Promise<void> {
    if (this.#lines.length === 0) return;
    this.#tools.encoder.add(packRecords(this.#lines));
    this.#lines = [];
    await this.#tools.encoder.drain();
  }

  async finish(): Promise<EncodedFile> {
    await this.drain();
    await this.#tools.encoder.finish();
    return this.#tools.file.finish();
  }
}

interface RefusalIdentity {
  readonly streamUid: string;
  readonly deliveryId: string;
  readonly refusedAt: number;
}
