import { LakehoseError, reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Inlet, InletAppended, InletHooks } from "./inlet.ts";
import type { ReadUpstream, SourceRun } from "./source-kind.ts";
import { TrackedInlet } from "./tracked-inlet.ts";

/** The first wait after a failure, and the longest: a peer that comes back is read again within half a minute. */
const RETRY_WAIT_MS_FIRST = 500;
const RETRY_WAIT_MS_MAX = 30_000;

/** How it stands with one reader. */
export interface ReaderStatus {
  /**
   * `starting` until the upstream has answered, then `reading`; `held` while what it reads into has no room; `waiting` after
   * a failure, until the next attempt; `disabled`; `stopped`.
   */
  readonly state: "starting" | "reading" | "held" | "waiting" | "disabled" | "stopped";
  /** Since when, wall clock, ms. */
  readonly since: number;
  /** Why it waits; that of the attempt before while it starts. */
  readonly failure?: ReaderFailure;
  /** The newest of what a person should know. */
  readonly warning?: { readonly code: string; readonly message: string; readonly at: number };
  /** Since the server's start. */
  readonly records: number;
  readonly bytes: number;
  readonly duplicates: number;
  readonly lastAppendAt?: number;
  readonly counters: Readonly<Record<string, number>>;
  readonly measures: Readonly<Record<string, number>>;
}

export interface ReaderFailure {
  readonly code: string;
  readonly message: string;
  readonly at: number;
  /** Attempts in a row that failed. */
  readonly failures: number;
  readonly nextAttemptAt: number;
}

/** Who is told what happens: telemetry, in the words of sources or of triggers. */
export interface ReaderListener {
  connected(told: { readonly afterFailures: number }): void;
  interrupted(told: {
    readonly code: string;
    readonly message: string;
    readonly failures: number;
    readonly retryInMs: number;
  }): void;
  stopped(): void;
  warned(told: { readonly code: string; readonly message: string }): void;
  held(): void;
  appended(appended: InletAppended): void;
  counted(counter: string, by: number): void;
}

export interface UpstreamReaderOptions {
  readonly source: string;
  readonly enabled: boolean;
  readonly read: ReadUpstream<unknown>;
  /** Has passed the schema of the kind. */
  readonly options: unknown;
  /** What is read, for people. */
  readonly upstream: string;
  /** Asked at the begin of each attempt. Throws a `LakehoseError` while there is nothing to read into. */
  readonly openInlet: (hooks: InletHooks) => Inlet;
  readonly listener: ReaderListener;
  readonly clock: Clock;
  readonly random: Random;
}

/**
 * One upstream that is read: when something keeps it from reading it says so, waits, and reads again, for ever. A peer that
 * is gone, a queue that is missing, a password that is wrong and a stream that does not exist yet are all the same to it:
 * a state that people can see, attempts that become rare, and recovery by itself.
 */
export class UpstreamReader {
  readonly #options: UpstreamReaderOptions;
  readonly #stop = new AbortController();
  readonly #counters = new Map<string, number>();
  readonly #measures = new Map<string, number>();
  #status: Pick<ReaderStatus, "state" | "since" | "failure" | "warning" | "lastAppendAt">;
  #appended: InletAppended = { records: 0, bytes: 0, duplicates: 0 };
  #failures = 0;
  /** When the upstream answered in this attempt, monotonic ms. */
  #connectedAt: number | undefined;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: UpstreamReaderOptions) {
    this.#options = options;
    this.#status = { state: options.enabled ? "starting" : "disabled", since: options.clock.now() };
  }

  get status(): ReaderStatus {
    const counters = Object.fromEntries(this.#counters);
    const measures = Object.fromEntries(this.#measures);
    return { ...this.#status, ...this.#appended, counters, measures };
  }

  start(): void {
    if (this.#options.enabled) this.#ended = this.#run();
  }

  /** Resolves once nothing is read or appended any more. */
  async stop(): Promise<void> {
    this.#stop.abort(new LakehoseError("source-stopped", `${this.#options.source} is stopped.`));
    await this.#ended;
    this.#become("stopped");
  }

  async #run(): Promise<void> {
    const { clock, random, listener } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const failure = await this.#attempt();
      this.#measures.clear();
      if (signal.aborted) break;
      // Who answers and hangs up at once, again and again, is asked ever more rarely.
      if (clock.monotonic() - (this.#connectedAt ?? clock.monotonic()) >= RETRY_WAIT_MS_MAX) this.#failures = 0;
      const retryInMs = backoffMs(++this.#failures, random, { firstMs: RETRY_WAIT_MS_FIRST, maxMs: RETRY_WAIT_MS_MAX });
      const { code, message } = failure;
      const told = { ...failure, failures: this.#failures };
      this.#become("waiting", { ...told, at: clock.now(), nextAttemptAt: clock.now() + retryInMs });
      listener.interrupted({ code, message, failures: this.#failures, retryInMs });
      await clock.sleep(retryInMs, signal).catch(() => undefined);
    }
    listener.stopped();
  }

  /** One attempt; it has a signal of its own, so that nothing of it goes on into the next. */
  async #attempt(): Promise<Pick<ReaderFailure, "code" | "message">> {
    const { read, options } = this.#options;
    const attempt = new AbortController();
    const onStop = () => attempt.abort(this.#stop.signal.reason);
    this.#stop.signal.addEventListener("abort", onStop, { once: true });
    this.#connectedAt = undefined;
    this.#become("starting", this.#status.failure);
    let inlet: TrackedInlet | undefined;
    try {
      inlet = this.#openInlet(attempt.signal);
      await read(options, this.#openRun(attempt.signal, inlet));
      return { code: "upstream-ended", message: `${this.#options.upstream} has nothing more to read.` };
    } catch (error) {
      const code = error instanceof LakehoseError ? error.code : codeOf(error);
      return { code, message: reasonOf(error) };
    } finally {
      this.#stop.signal.removeEventListener("abort", onStop);
      attempt.abort(new LakehoseError("source-interrupted", "This attempt to read has ended."));
      await inlet?.settled();
    }
  }

  /** Asked before anything is read: what is fetched for a stream that is not there would have to be given back. */
  #openInlet(signal: AbortSignal): TrackedInlet {
    const inlet = this.#options.openInlet({
      signal,
      onAppended: (appended) => this.#onAppended(appended),
      onHeld: (held) => this.#onHeld(held),
    });
    return new TrackedInlet(inlet);
  }

  #openRun(signal: AbortSignal, inlet: Inlet): SourceRun {
    const { source, listener, clock } = this.#options;
    return {
      source,
      signal,
      inlet,
      connected: () => this.#onConnected(),
      count: (counter, by = 1) => {
        this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + by);
        listener.counted(counter, by);
      },
      measure: (measure, value) => void this.#measures.set(measure, value),
      warn: (code, message) => {
        this.#status = { ...this.#status, warning: { code, message, at: clock.now() } };
        listener.warned({ code, message });
      },
    };
  }

  #onConnected(): void {
    if (this.#status.state !== "starting") return;
    this.#connectedAt = this.#options.clock.monotonic();
    this.#options.listener.connected({ afterFailures: this.#failures });
    this.#become("reading");
  }

  #onAppended({ records, bytes, duplicates }: InletAppended): void {
    if (records > 0) this.#failures = 0;
    const before = this.#appended;
    this.#appended = {
      records: before.records + records,
      bytes: before.bytes + bytes,
      duplicates: before.duplicates + duplicates,
    };
    const { clock, listener } = this.#options;
    this.#status = { ...this.#status, lastAppendAt: clock.now() };
    listener.appended({ records, bytes, duplicates });
  }

  #onHeld(held: boolean): void {
    if (held === (this.#status.state === "held")) return;
    if (held) this.#options.listener.held();
    if (held || this.#status.state === "held") this.#become(held ? "held" : "reading");
  }

  #become(state: ReaderStatus["state"], failure?: ReaderFailure): void {
    const { failure: _, ...kept } = this.#status;
    this.#status = { ...kept, state, since: this.#options.clock.now(), ...(failure && { failure }) };
  }
}

/** Codes of Node and of clients: ECONNREFUSED, AccessDenied. */
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown";
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === "string" || typeof code === "number") return String(code);
  return typeof name === "string" ? name : "unknown";
}
