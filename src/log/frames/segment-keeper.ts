import type { Clock } from "../../std/clock.ts";
import { Mutex } from "../../std/mutex.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { LogLease } from "../log.ts";
import type { Segment } from "./segment.ts";
import type { SegmentFiles } from "./segment-files.ts";
import type { SegmentReader } from "./segment-reader.ts";

/**
 * How much is kept although nobody needs it. With both given, a segment goes when either no longer keeps it. Read anew at
 * each release, so that getters may follow settings that change.
 */
export interface SegmentRetention {
  readonly ageMs?: number | undefined;
  readonly bytes?: number | undefined;
}

export interface SegmentKeeperOptions {
  readonly segments: Segment[];
  readonly files: SegmentFiles;
  readonly reader: SegmentReader;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly label: string;
  readonly retention: SegmentRetention | undefined;
  /** Saves what is needed of all below `endOffset`, durably, before it goes. */
  readonly beforeRelease: ((endOffset: number) => Promise<void>) | undefined;
}

/**
 * Decides which segments go, oldest first and one after another, so that what is left is always without gaps. A segment
 * stays while it is the last, above the released offset, leased, read at this moment, or retained for replay.
 */
export class SegmentKeeper {
  readonly #options: SegmentKeeperOptions;
  readonly #leases = new Set<{ offset: number }>();
  readonly #turn = new Mutex();
  /** Out of sight of readers, but not yet gone from the folder. */
  #retiring: Segment[] = [];
  #releasedTo = 0;
  #waiting = false;
  #closed = false;

  constructor(options: SegmentKeeperOptions) {
    this.#options = options;
  }

  /** Below this nobody needs anything any more, leases and retention aside. */
  get releasedTo(): number {
    return this.#releasedTo;
  }

  release(offset: number): Promise<void> {
    this.#releasedTo = Math.max(this.#releasedTo, offset);
    return this.#turn.run(() => this.#retireAll());
  }

  lease(offset: number): LogLease {
    const lease = { offset };
    this.#leases.add(lease);
    return {
      advance: (to) => {
        lease.offset = Math.max(lease.offset, to);
        this.#retireSoon();
      },
      release: () => {
        this.#leases.delete(lease);
        this.#retireSoon();
      },
    };
  }

  /** To be called after a reader is done: it may have been the last that kept a segment. */
  readerLeft(): void {
    if (this.#waiting) this.#retireSoon();
  }

  close(): Promise<void> {
    return this.#turn.run(async () => {
      this.#closed = true;
    });
  }

  /** Segments that nothing keeps any more. */
  #releasable(): Segment[] {
    const { segments } = this.#options;
    const floor = Math.min(this.#releasedTo, ...Array.from(this.#leases, (lease) => lease.offset));
    const kept = segments.findIndex((segment, index) => {
      const next = segments[index + 1];
      return next === undefined || segment.endOffset > floor || segment.pins > 0 || this.#retained(index, next);
    });
    return segments.slice(0, kept);
  }

  #retained(index: number, next: Segment): boolean {
    const { segments, clock, retention } = this.#options;
    if (retention === undefined) return false;
    const { ageMs, bytes } = retention;
    if (ageMs === undefined && bytes === undefined) return false;
    const left = segments.slice(index + 1).reduce((sum, segment) => sum + segment.validLength, 0);
    const youngEnough = ageMs === undefined || clock.now() - next.header.createdAt < ageMs;
    return youngEnough && (bytes === undefined || left < bytes);
  }

  /** Without an answer to wait for: what fails now is tried again with the next release. */
  #retireSoon(): void {
    void this.#turn.run(() => this.#retireAll()).catch(() => undefined);
  }

  async #retireAll(): Promise<void> {
    const { segments, files, reader, telemetry, label, beforeRelease } = this.#options;
    if (this.#closed) return;
    const endOffset = this.#releasable().at(-1)?.endOffset;
    if (endOffset !== undefined) await beforeRelease?.(endOffset);
    // A lease or a reader may have come meanwhile.
    const going = this.#releasable().filter((segment) => segment.endOffset <= (endOffset ?? 0));
    segments.splice(0, going.length);
    this.#retiring.push(...going);
    this.#waiting = segments.some((segment) => segment.pins > 0 && segment.endOffset <= this.#releasedTo);
    for (let segment = this.#retiring[0]; segment !== undefined; segment = this.#retiring[0]) {
      await reader.forget(segment);
      await files.retire(segment.header, !segment.poisoned);
      this.#retiring.shift();
      telemetry.emit("log.segmentReleased", { stream: label, segment: segment.number });
    }
    await files.trim();
  }
}
