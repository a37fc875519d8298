import { FRAME_KINDS, type Frame } from "../log/frames/frame.ts";
import { FrameLog, type FrameLogOptions } from "../log/frames/frame-log.ts";
import { LogError } from "../log/log-error.ts";
import { type FirstIdentities, offsetAt } from "../model/identified-records.ts";
import { sliceRecords } from "../model/records.ts";
import { backoffMs } from "../std/backoff.ts";
import type { AccumulatorKey } from "./journal/journal-records.ts";
import type { OutcomeGroup } from "./outcome-group.ts";
import type { OutcomeBatch } from "./outcomes.ts";

/**
 * Outcomes of an impure chain, made durable before anything outside may depend on them, and never asked for again.
 *
 * Layout: one frame log per delivery, one frame per run of batches of the stream's log, in the order of reading. Metadata:
 * length of the JSON (u32), the JSON (`StagedHead`), then the log offset of every record as difference to the run (u32 each),
 * then, where `arrivals` says so, its arrival (f64 each, milliseconds).
 * Payload: the records of all groups one after another.
 * Only frames below the staging end of a synced cut count. Those behind it that a dead process left are void: the owner
 * that finds them says so in its owner record, and readers step over them.
 */
export class Staging {
  readonly #frames: FrameLog;
  readonly #options: StagingOptions;

  private constructor(frames: FrameLog, options: StagingOptions) {
    this.#frames = frames;
    this.#options = options;
  }

  static async open(options: StagingOptions): Promise<Staging> {
    const frames = await FrameLog.open({
      ...options,
      segmentBytes: options.segmentBytes ?? STAGING_SEGMENT_BYTES,
      watermark: false,
      ordered: true,
    });
    return new Staging(frames, options);
  }

  /** One past the last durable frame. */
  get end(): number {
    return this.#frames.end;
  }

  /** What is not free for reuse: segments go as wholes. */
  get bytes(): number {
    return this.#frames.bytes;
  }

  /**
   * Resolves to the outcomes as they are staged, once all are durable. A full disk is waited for. What a failed sync refuses
   * is staged again behind what was stored before it, never behind what came after: order in staging is log order.
   */
  async append(batches: readonly OutcomeBatch[], signal: AbortSignal): Promise<OutcomeBatch[]> {
    const staged: OutcomeBatch[] = [];
    for (let attempt = 1; ; attempt++) {
      const failure = await this.#appendRest(batches, staged);
      if (failure === undefined) return staged;
      if (!(failure instanceof LogError && failure.retriable)) throw failure;
      await this.#options.clock.sleep(backoffMs(attempt, this.#options.random, { maxMs: 5_000 }), signal);
    }
  }

  /** Adds to `staged` what of the batches behind it becomes durable, up to the first failure, which it resolves to. */
  async #appendRest(batches: readonly OutcomeBatch[], staged: OutcomeBatch[]): Promise<unknown> {
    const rest = batches.slice(staged.length);
    const now = this.#options.clock.now();
    const results = await Promise.allSettled(rest.map((batch) => this.#frames.append(encodeFrame(batch, now))));
    for (const [index, batch] of rest.entries()) {
      const result = results[index];
      if (result?.status !== "fulfilled") return result?.reason;
      const stagingOffset = result.value.firstOffset;
      staged.push({ ...batch, groups: batch.groups.map((group) => ({ ...group, stagingOffset })) });
    }
    return undefined;
  }

  async *read(from: number, to: number, voids: readonly StagingVoid[]): AsyncIterable<OutcomeBatch> {
    let position = Math.max(from, this.#frames.start);
    while (position < to) {
      const frames = await this.#frames.read(position, STAGING_READ_BYTES);
      if (frames.length === 0) return;
      for (const frame of frames) {
        const next = frame.firstOffset + frame.ends.length;
        const counts = frame.firstOffset >= from && frame.firstOffset < to && !isVoid(frame.firstOffset, voids);
        if (counts) yield decodeFrame(frame);
        position = Math.max(position, next);
      }
    }
  }

  release(offset: number): Promise<void> {
    return this.#frames.release(offset);
  }

  close(): Promise<void> {
    return this.#frames.close();
  }
}

export interface StagingVoid {
  readonly from: number;
  readonly to: number;
}

export interface StagingOptions
  extends Pick<
    FrameLogOptions,
    "disk" | "clock" | "random" | "telemetry" | "label" | "streamUid" | "keyRing" | "encrypted"
  > {
  readonly directory: string;
  /** Staging end of the last cut: less than that on disk is damage. */
  readonly witnessOffset: number;
  /** Default 16 MiB. */
  readonly segmentBytes?: number;
}

const STAGING_SEGMENT_BYTES = 16 * 1024 * 1024;
const STAGING_READ_BYTES = 4 * 1024 * 1024;

interface StagedHead {
  readonly firstOffset: number;
  readonly nextOffset: number;
  readonly read: number;
  readonly dropped: number;
  /** Present where records of one group arrived at different times. */
  readonly arrivals?: true;
  readonly groups: readonly {
    readonly key: AccumulatorKey;
    readonly records: number;
    readonly oldestMs: number;
    readonly newestMs: number;
    readonly oldestEventMs?: number;
    /** Of redriven records alone. */
    readonly identities?: FirstIdentities;
  }[];
}

function encodeFrame(batch: OutcomeBatch, now: number) {
  const showsArrivals = batch.groups.some(({ arrivalsMs }) => arrivalsMs !== undefined);
  const head: StagedHead = {
    firstOffset: batch.firstOffset,
    nextOffset: batch.nextOffset,
    read: batch.read,
    dropped: batch.dropped,
    ...(showsArrivals ? { arrivals: true } : {}),
    groups: batch.groups.map(({ key, records, oldestMs, newestMs, oldestEventMs, identities }) => ({
      key,
      records: records.ends.length,
      oldestMs,
      newestMs,
      ...(oldestEventMs === undefined ? {} : { oldestEventMs }),
      ...(identities === undefined ? {} : { identities }),
    })),
  };
  const total = head.groups.reduce((sum, group) => sum + group.records, 0);
  // A run without outcomes still takes one offset, so that a frame always has a place of its own.
  const ends = new Uint32Array(Math.max(1, total));
  const json = Buffer.from(JSON.stringify(head));
  const offsetsAt = 4 + json.length;
  const arrivalsAt = offsetsAt + 4 * total;
  const metadata = Buffer.alloc(arrivalsAt + (showsArrivals ? 8 * total : 0));
  metadata.writeUInt32LE(json.length);
  json.copy(metadata, 4);
  let record = 0;
  let end = 0;
  for (const { records, offsets, arrivalsMs, oldestMs } of batch.groups) {
    for (let index = 0; index < records.ends.length; index++, record++) {
      metadata.writeUInt32LE(offsetAt(offsets, index) - batch.firstOffset, offsetsAt + 4 * record);
      if (showsArrivals) metadata.writeDoubleLE(arrivalsMs?.[index] ?? oldestMs, arrivalsAt + 8 * record);
      ends[record] = end + (records.ends[index] ?? 0);
    }
    end += records.bytes.length;
  }
  return { kind: FRAME_KINDS.staging, arrivalMs: now, metadata, ends, payload: batch.bytes };
}

function decodeFrame(frame: Frame): OutcomeBatch {
  const { metadata } = frame;
  const jsonBytes = metadata.readUInt32LE(0);
  const head = JSON.parse(metadata.toString("utf8", 4, 4 + jsonBytes)) as StagedHead;
  const total = head.groups.reduce((sum, group) => sum + group.records, 0);
  const all = { bytes: frame.payload, ends: frame.ends };
  const offsetsAt = 4 + jsonBytes;
  const arrivalsAt = offsetsAt + 4 * total;
  let first = 0;
  const groups: OutcomeGroup[] = head.groups.map((group) => {
    const from = first;
    first += group.records;
    const each = numbers(from, first, (record) => head.firstOffset + metadata.readUInt32LE(offsetsAt + 4 * record));
    const arrivalsMs =
      head.arrivals && group.oldestMs !== group.newestMs
        ? { arrivalsMs: numbers(from, first, (record) => metadata.readDoubleLE(arrivalsAt + 8 * record)) }
        : {};
    const { key, oldestMs, newestMs, oldestEventMs, identities } = group;
    const times = { oldestMs, newestMs, ...(oldestEventMs === undefined ? {} : { oldestEventMs }), ...arrivalsMs };
    const firstOnes = identities === undefined ? {} : { identities };
    const records = sliceRecords(all, from, first);
    return { key, records, offsets: { each }, ...times, ...firstOnes, stagingOffset: frame.firstOffset };
  });
  return {
    firstOffset: head.firstOffset,
    nextOffset: head.nextOffset,
    groups,
    bytes: frame.payload,
    read: head.read,
    dropped: head.dropped,
    rejected: [],
  };
}

function numbers(from: number, to: number, numberOf: (index: number) => number): number[] {
  return Array.from({ length: to - from }, (_, index) => numberOf(from + index));
}

function isVoid(offset: number, voids: readonly StagingVoid[]): boolean {
  return voids.some((gap) => offset >= gap.from && offset < gap.to);
}
