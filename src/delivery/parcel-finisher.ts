import type { EncodeReject } from "../formats/format.ts";
import { LakehoseError } from "../model/errors.ts";
import { invariant } from "../std/assert.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { ObjectBody } from "../storage/object-store.ts";
import type { Accumulator } from "./accumulator.ts";
import { childIntent, linesDigest, type RejectedRows, rejectedRows, rejectsDigest } from "./conversion-rejects.ts";
import type { Journal } from "./journal/journal.ts";
import type { EncodedChild, EncodedRecord, Intent } from "./journal/journal-records.ts";
import { type EncodedFile, openBody, type ParcelFile, type ParcelFileContext } from "./parcel-file.ts";
import type { PlanRunner } from "./plan-runner.ts";
import type { Refusals } from "./refusals.ts";

/**
 * Brings a parcel to the point where its bytes are in a synced file and the journal says so; encodes again from outcomes
 * where a file was lost or its sync failed (rules H21, H44).
 *
 * Records that cannot be encoded become parcels of the error output. Their files are synced before their parent's journal
 * record, and their intents stand in that record: there is no moment in which a refused record belongs to nobody, and none
 * in which it belongs to two. A child whose file is lost is found again by encoding its parent once more; what an
 * encoder refuses then has to be what it refused before.
 */
export class ParcelFinisher {
  readonly #options: ParcelFinisherOptions;

  constructor(options: ParcelFinisherOptions) {
    this.#options = options;
  }

  async bodyOf(pending: PendingParcel): Promise<ObjectBody> {
    const { file, rebuild, journal, onChild, onRejected } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const body = pending.encoded && (await openBody(file, pending.encoded));
      if (body) return body;
      const finished = await this.#finish(pending).catch((error: unknown) => this.#waitToRetry(error, attempt));
      pending.accumulator = finished ? undefined : await rebuild(pending.intent);
      if (finished === undefined) continue;
      const { record, rejects } = finished;
      await journal.append(record, file.signal);
      pending.encoded = finishedParcel(record);
      if (record.children) onRejected(rejects);
      for (const child of record.children ?? []) onChild(child);
    }
  }

  /** Room and memory may come back; any other failure is a sync that failed or will be the same each time. */
  async #waitToRetry(error: unknown, attempt: number): Promise<undefined> {
    const { clock, random, signal } = this.#options.file;
    const mayPass = error instanceof LakehoseError && error.retriable;
    if (attempt >= (mayPass ? SHORT_ATTEMPTS_MAX : ENCODE_ATTEMPTS_MAX)) throw error;
    if (mayPass) await clock.sleep(backoffMs(attempt, random), signal);
  }

  async #finish({ intent, accumulator }: PendingParcel): Promise<Finished | undefined> {
    if (accumulator === undefined) return undefined;
    await accumulator.drain();
    const { rejects } = await accumulator.encoder.finish();
    const isChild = intent.parent !== undefined;
    const record = await (isChild
      ? this.#finishChild(intent, accumulator, rejects)
      : this.#finishParcel(intent, accumulator, rejects));
    return { record, rejects };
  }

  async #finishParcel(
    intent: Intent,
    accumulator: Accumulator,
    rejects: readonly EncodeReject[],
  ): Promise<EncodedRecord> {
    const before = this.#options.journal.state.parcels.get(intent.parcelId)?.encoded;
    const isFirst = before === undefined;
    const children = isFirst && rejects.length > 0 ? await this.#makeChildren(intent, accumulator, rejects) : [];
    const { path, bytes, checksum } = await accumulator.file.finish();
    const refused = { records: rejects.length, digest: rejectsDigest(rejects) };
    return {
      type: "encoded",
      parcelId: intent.parcelId,
      file: path,
      bytes,
      checksum,
      ...(rejects.length > 0 ? { rejects: refused } : {}),
      ...(children.length > 0 ? { children } : {}),
    };
  }

  async #makeChildren(
    intent: Intent,
    accumulator: Accumulator,
    rejects: readonly EncodeReject[],
  ): Promise<EncodedChild[]> {
    const { journal, clock, runnerOf } = this.#options;
    const { open } = journal.state;
    invariant(open !== undefined, "a parcel is finished under an opened journal");
    const encodedAt = clock.now();
    const runner = runnerOf(intent);
    const children: EncodedChild[] = [];
    for (const rows of this.#rowsOf(intent.parcelId, accumulator, rejects, runner, encodedAt)) {
      const { path, bytes, checksum } = await this.#writeLines(intent, rows);
      children.push({ intent: childIntent(open, intent, rows, runner, encodedAt), file: path, bytes, checksum });
    }
    return children;
  }

  /** A child alone: the parent was encoded for the rows that it refuses, its bytes are of no use. */
  async #finishChild(
    intent: Intent,
    accumulator: Accumulator,
    rejects: readonly EncodeReject[],
  ): Promise<EncodedRecord> {
    const { parent } = intent;
    invariant(parent !== undefined, "a child has a parent");
    if (parent.refused) return this.#finishRefused(intent, accumulator);
    await this.#options.disk.unlink(accumulator.file.path);
    const all = this.#rowsOf(parent.parcelId, accumulator, rejects, this.#options.runnerOf(intent), parent.encodedAt);
    const rows = all.find(({ key }) => key.split === intent.key.split);
    const same = rows !== undefined && linesDigest(rows.lines) === intent.digest;
    invariant(same, `what cannot be encoded of ${parent.parcelId} is what could not be before`);
    const { path, bytes, checksum } = await this.#writeLines(intent, rows);
    return { type: "encoded", parcelId: intent.parcelId, file: path, bytes, checksum };
  }

  /** A child of what the target did not take: its parent's records were gathered once more. */
  async #finishRefused(intent: Intent, accumulator: Accumulator): Promise<EncodedRecord> {
    const { file, refusals, disk } = this.#options;
    const whole = await accumulator.file.finish();
    const body = await openBody(file, whole);
    invariant(body !== undefined, "a file that was just finished is there");
    const { path, bytes, checksum } = await refusals.rewrite(intent, body);
    await disk.unlink(whole.path);
    return { type: "encoded", parcelId: intent.parcelId, file: path, bytes, checksum };
  }

  #rowsOf(
    parentId: string,
    accumulator: Accumulator,
    rejects: readonly EncodeReject[],
    runner: PlanRunner,
    encodedAt: number,
  ): RejectedRows[] {
    const { streamUid, delivery: deliveryId } = this.#options;
    return rejectedRows(accumulator, rejects, runner, parentId, { streamUid, deliveryId, encodedAt });
  }

  /** Error records of conversion are lines and are not compressed (reference 5.5). */
  async #writeLines({ accumulatorId }: Intent, { lines }: RejectedRows): Promise<EncodedFile> {
    const file = this.#options.openFile(accumulatorId);
    await file.write(lines);
    return file.finish();
  }
}

/** A parcel on its way to the target. */
export interface PendingParcel {
  readonly intent: Intent;
  /** Holds the encoder until its file is finished; of a child, the parent's. */
  accumulator: Accumulator | undefined;
  encoded: FinishedParcel | undefined;
  readonly uploadIds: string[];
  /** Left by a dead process: the target is asked first. */
  readonly recovered: boolean;
}

interface Finished {
  readonly record: EncodedRecord;
  readonly rejects: readonly EncodeReject[];
}

export interface FinishedParcel extends EncodedFile {
  /** Records that are not in the file, because they could not be encoded. */
  readonly rejects: number;
}

export interface ParcelFinisherOptions {
  readonly streamUid: string;
  readonly delivery: string;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly journal: Journal;
  readonly file: ParcelFileContext;
  readonly runnerOf: (intent: Intent) => PlanRunner;
  readonly openFile: (accumulatorId: number) => ParcelFile;
  readonly refusals: Pick<Refusals, "rewrite">;
  /** Gathers the records of an intent once more, from outcomes; of a child, those of its parent. */
  readonly rebuild: (intent: Intent) => Promise<Accumulator>;
  readonly onChild: (child: EncodedChild) => void;
  /** Once, when what was refused is durable. */
  readonly onRejected: (rejects: readonly EncodeReject[]) => void;
}

export function finishedParcel(record: Omit<EncodedRecord, "type" | "parcelId">): FinishedParcel {
  const { file: path, bytes, checksum, rejects } = record;
  return { path, bytes, checksum, rejects: rejects?.records ?? 0 };
}

const ENCODE_ATTEMPTS_MAX = 5;

/** About an hour and a half of a full disk, as long as a parcel file waits for one. */
const SHORT_ATTEMPTS_MAX = 250;
