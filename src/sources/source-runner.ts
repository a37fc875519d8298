import { LakehoseError, reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import { type InletAppended, LogInlet } from "./inlet.ts";
import type { SourceIntake } from "./source.ts";
import type { SourceDefinition } from "./source-definition.ts";
import type { ReadUpstream, SourceComponents, SourceRun } from "./source-kind.ts";

/** The first wait after a failure, and the longest: a peer that comes back is read again within half a minute. */
const RETRY_WAIT_MS_FIRST = 500;
const RETRY_WAIT_MS_MAX = 30_000;

export interface SourceStatus {
  readonly name: string;
  readonly kind: string;
  readonly stream: string;
  readonly description: string;
  /** What is read from, for people. */
  readonly upstream: string;
  /**
   * `starting` until the upstream has answered, then `reading`; `held` while the stream has no room; `waiting` after a
   * failure, until the next attempt; `disabled`; `stopped`.
   */
  readonly state: "starting" | "reading" | "held" | "waiting" | "disabled" | "stopped";
  /** Since when, wall clock, ms. */
  readonly since: number;
  /** Why it waits; that of the attempt before while it starts. */
  readonly failure?: SourceFailure;
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

export interface SourceFailure {
  readonly code: string;
  readonly message: string;
  readonly at: number;
  /** Attempts in a row that failed. */
  readonly failures: number;
  readonly nextAttemptAt: number;
}

export interface SourceRunnerOptions {
  readonly definition: SourceDefinition;
  readonly read: ReadUpstream<unknown>;
  /** Has passed the schema of the kind. */
  readonly options: unknown;
  readonly upstream: string;
  /** Throws a `LakehoseError` while the stream is not there. */
  readonly intake: (stream: string) => SourceIntake;
  readonly components: SourceComponents;
}

/**
 * One source at work: it reads, and when something keeps it from reading it says so, waits, and reads again, for ever. A
 * peer that is gone, a queue that is missing, a password that is wrong and a stream that does not exist yet are all the
 * same to it: a state that people can see, attempts that become rare, and recovery by itself.
 */
export class SourceRunner {
  readonly #options: SourceRunnerOptions;
  readonly #stop = new AbortController();
  readonly #labels: { readonly source: string; readonly kind: string; readonly stream: string };
  readonly #counters = new Map<string, number>();
  readonly #measures = new Map<string, number>();
  #status: Pick<SourceStatus, "state" | "since" | "failure" | "warning" | "lastAppendAt">;
  #appended: InletAppended = { records: 0, bytes: 0, duplicates: 0 };
  #failures = 0;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: SourceRunnerOptions) {
    this.#options = options;
    const { name: source, kind, stream, enabled } = options.definition;
    this.#labels = { source, kind, stream };
    this.#status = { state: enabled ? "starting" : "disabled", since: options.components.clock.now() };
  }

  get status(): SourceStatus {
    const { definition, upstream } = this.#options;
    const { name, kind, stream, description } = definition;
    const counters = Object.fromEntries(this.#counters);
    const measures = Object.fromEntries(this.#measures);
    return { name, kind, stream, description, upstream, ...this.#status, ...this.#appended, counters, measures };
  }

  start(): void {
    if (this.#options.definition.enabled) this.#ended = this.#run();
  }

  /** Resolves once nothing is read or appended any more. */
  async stop(): Promise<void> {
    this.#stop.abort(new LakehoseError("source-stopped", `Source ${this.#labels.source} is stopped.`));
    await this.#ended;
    this.#become("stopped");
  }

  async #run(): Promise<void> {
    const { clock, random, telemetry } = this.#options.components;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const failure = await this.#attempt();
      this.#measures.clear();
      if (signal.aborted) break;
      const retryInMs = backoffMs(++this.#failures, random, { firstMs: RETRY_WAIT_MS_FIRST, maxMs: RETRY_WAIT_MS_MAX });
      const { code, message } = failure;
      const told = { ...failure, failures: this.#failures };
      this.#become("waiting", { ...told, at: clock.now(), nextAttemptAt: clock.now() + retryInMs });
      telemetry.emit("source.interrupted", { ...this.#labels, code, message, failures: this.#failures, retryInMs });
      await clock.sleep(retryInMs, signal).catch(() => undefined);
    }
    telemetry.emit("source.stopped", this.#labels);
  }

  /** One attempt; it has a signal of its own, so that nothing of it goes on into the next. */
  async #attempt(): Promise<Pick<SourceFailure, "code" | "message">> {
    const { read, options } = this.#options;
    const attempt = new AbortController();
    const onStop = () => attempt.abort(this.#stop.signal.reason);
    this.#stop.signal.addEventListener("abort", onStop, { once: true });
    this.#become("starting", this.#status.failure);
    try {
      await read(options, this.#openRun(attempt.signal));
      return { code: "upstream-ended", message: `${this.#options.upstream} has nothing more to read.` };
    } catch (error) {
      const code = error instanceof LakehoseError ? error.code : codeOf(error);
      return { code, message: reasonOf(error) };
    } finally {
      this.#stop.signal.removeEventListener("abort", onStop);
      attempt.abort(new LakehoseError("source-interrupted", "This attempt to read has ended."));
    }
  }

  #openRun(signal: AbortSignal): SourceRun {
    const { intake, components } = this.#options;
    const { source, kind, stream } = this.#labels;
    const { clock, random, telemetry } = components;
    // Asked before anything is read: what is fetched for a stream that is not there would have to be given back.
    intake(stream);
    const inlet = new LogInlet({
      source,
      kind,
      intake: () => intake(stream),
      clock,
      random,
      signal,
      onAppended: (appended) => this.#onAppended(appended),
      onHeld: (held) => this.#onHeld(held),
    });
    return {
      source,
      stream,
      signal,
      inlet,
      connected: () => this.#onConnected(),
      count: (counter, by = 1) => {
        this.#counters.set(counter, (this.#counters.get(counter) ?? 0) + by);
        telemetry.emit("source.counted", { ...this.#labels, counter, by });
      },
      measure: (measure, value) => void this.#measures.set(measure, value),
      warn: (code, message) => {
        this.#status = { ...this.#status, warning: { code, message, at: clock.now() } };
        telemetry.emit("source.warned", { ...this.#labels, code, message });
      },
    };
  }

  #onConnected(): void {
    if (this.#status.state !== "starting") return;
    const { telemetry } = this.#options.components;
    telemetry.emit("source.connected", { ...this.#labels, afterFailures: this.#failures });
    this.#failures = 0;
    this.#become("reading");
  }

  #onAppended({ records, bytes, duplicates }: InletAppended): void {
    const before = this.#appended;
    this.#appended = {
      records: before.records + records,
      bytes: before.bytes + bytes,
      duplicates: before.duplicates + duplicates,
    };
    const { clock, telemetry } = this.#options.components;
    this.#status = { ...this.#status, lastAppendAt: clock.now() };
    telemetry.emit("source.recordsAppended", { ...this.#labels, records, bytes, duplicates });
  }

  #onHeld(held: boolean): void {
    if (held === (this.#status.state === "held")) return;
    if (held) this.#options.components.telemetry.emit("source.held", this.#labels);
    if (held || this.#status.state === "held") this.#become(held ? "held" : "reading");
  }

  #become(state: SourceStatus["state"], failure?: SourceFailure): void {
    const { failure: _, ...kept } = this.#status;
    this.#status = { ...kept, state, since: this.#options.components.clock.now(), ...(failure && { failure }) };
  }
}

/** Codes of Node and of clients: ECONNREFUSED, AccessDenied. */
function codeOf(error: unknown): string {
  if (typeof error !== "object" || error === null) return "unknown";
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === "string" || typeof code === "number") return String(code);
  return typeof name === "string" ? name : "unknown";
}
