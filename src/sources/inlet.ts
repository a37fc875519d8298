import { LakehoseError } from "../model/errors.ts";
import { type PackedRecords, packRecords, recordCount } from "../model/records.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { SourceAppend, SourceIntake } from "./source.ts";
import { type FreshMessage, type Identified, StoreOnce } from "./store-once.ts";

/**
 * The door to the log as one source sees it. What was appended is durable, and so is how far the source has come, in the
 * same frame: there is no moment at which one of them is stored and not the other.
 */
export interface Inlet {
  /** The durable position of a part of the upstream (a shard, a partition, a file); `undefined` before its first append. */
  position(part: string): Uint8Array | undefined;
  /**
   * Resolves when the records and the position of the part behind them are durable. Positions of one part have to be
   * appended in their order; calls may overlap. While the stream has no room it waits, which is how back-pressure reaches
   * the upstream: whoever calls reads no further meanwhile. Rejects when the source is stopped or the stream is gone.
   */
  append(records: PackedRecords, place: UpstreamPlace): Promise<void>;
  /**
   * Resolves when all messages are durable, now or since earlier: those whose id the log holds are not stored again. The
   * same rules otherwise. Messages without id are stored as often as they come.
   *
   * Resolves to those that were refused and have to come again, for the upstream to hand them over later: none where a log
   * takes them, some where a function does.
   */
  appendMessages(messages: readonly UpstreamMessage[]): Promise<ReadonlySet<UpstreamMessage>>;
  /** Resolves once nothing is left to do for what was appended. Absent where it is done when the append resolves. */
  settled?(): Promise<void>;
}

export interface UpstreamPlace {
  /** At most 300 bytes. Names the upstream too, so that a source that is pointed elsewhere begins there. */
  readonly part: string;
  /** What lies behind the last record, in the source's own words; at most 64 KiB. */
  readonly position: Uint8Array;
}

export interface UpstreamMessage extends Identified {
  readonly bytes: Buffer;
}

/** One attempt to read, as inlets see it. */
export interface InletHooks {
  /** Aborted when the attempt ends: nothing is appended any more. */
  readonly signal: AbortSignal;
  readonly onAppended: (appended: InletAppended) => void;
  /** Told when there is no room and when there is again. */
  readonly onHeld: (held: boolean) => void;
}

export interface LogInletOptions extends InletHooks {
  readonly source: string;
  /** Of the source's kind: for telemetry. */
  readonly kind: string;
  readonly intake: () => SourceIntake;
  readonly clock: Clock;
  readonly random: Random;
}

export interface InletAppended {
  readonly records: number;
  readonly bytes: number;
  /** Messages that were stored already. */
  readonly duplicates: number;
}

/** While the stream has no room the source asks again this often at most. */
const NO_ROOM_WAIT_MS_MAX = 5_000;

/** Large enough that syncs are few, small beside the bytes in flight that the server allows. */
const APPEND_BYTES_MAX = 4 * 1024 * 1024;
const APPEND_MESSAGES_MAX = 1_000;

const NONE: ReadonlySet<UpstreamMessage> = new Set();

export class LogInlet implements Inlet {
  readonly #options: LogInletOptions;
  readonly #once = new StoreOnce();
  readonly #streamUid: string;

  /** Throws a `LakehoseError` while the stream is not there. */
  constructor(options: LogInletOptions) {
    this.#options = options;
    this.#streamUid = options.intake().streamUid;
  }

  position(part: string): Uint8Array | undefined {
    return this.#options.intake().position(this.#idOf(part));
  }

  async append(records: PackedRecords, { part, position }: UpstreamPlace): Promise<void> {
    await this.#append({ records, source: { id: this.#idOf(part), position } });
    this.#options.onAppended({ records: recordCount(records), bytes: records.bytes.length, duplicates: 0 });
  }

  async appendMessages(messages: readonly UpstreamMessage[]): Promise<ReadonlySet<UpstreamMessage>> {
    await this.#once.store({
      scope: this.#options.source,
      messages,
      holdsMessage: (digest) => this.#options.intake().holdsMessage(digest),
      append: async (fresh) => {
        await this.#appendFresh(fresh);
        const bytes = fresh.reduce((sum, { message }) => sum + message.bytes.length, 0);
        this.#options.onAppended({ records: fresh.length, bytes, duplicates: messages.length - fresh.length });
      },
    });
    return NONE;
  }

  async #appendFresh(messages: readonly FreshMessage<UpstreamMessage>[]): Promise<void> {
    for (const piece of pieces(messages)) {
      const digests = piece.flatMap(({ digest }) => digest ?? []);
      const records = packRecords(piece.map(({ message }) => message.bytes));
      await this.#append({ records, ...(digests.length > 0 && { messages: digests }) });
    }
  }

  async #append(request: Omit<SourceAppend, "call">): Promise<void> {
    const { intake, clock, random, signal, kind, onHeld } = this.#options;
    let held = false;
    try {
      for (let attempt = 1; ; attempt++) {
        signal.throwIfAborted();
        try {
          return await this.#sameStream(intake()).append({ ...request, call: `source:${kind}` });
        } catch (error) {
          if (!(error instanceof LakehoseError && error.retriable)) throw error;
          if (!held) onHeld(true);
          held = true;
          await clock.sleep(backoffMs(attempt, random, { maxMs: NO_ROOM_WAIT_MS_MAX }), signal);
        }
      }
    } finally {
      if (held) onHeld(false);
    }
  }

  /** A stream that was made anew under its name has nothing of what was read so far: it is read for from its beginning. */
  #sameStream(intake: SourceIntake): SourceIntake {
    if (intake.streamUid === this.#streamUid) return intake;
    throw new LakehoseError("stream-replaced", "The stream was deleted and made anew; reading begins anew for it.");
  }

  #idOf(part: string): string {
    return `${this.#options.source}/${part}`;
  }
}

/** Runs of messages, each small enough for one append, or of one that is larger than that. */
function* pieces(
  messages: readonly FreshMessage<UpstreamMessage>[],
): Generator<readonly FreshMessage<UpstreamMessage>[]> {
  let piece: FreshMessage<UpstreamMessage>[] = [];
  let bytes = 0;
  for (const fresh of messages) {
    const { length } = fresh.message.bytes;
    const full = piece.length === APPEND_MESSAGES_MAX || bytes + length > APPEND_BYTES_MAX;
    if (full && piece.length > 0) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(fresh);
    bytes += length;
  }
  if (piece.length > 0) yield piece;
}
