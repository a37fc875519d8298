import type { Delivery, DeliveryCounters, DeliverySnapshot } from "../delivery/delivery.ts";
import type { LogLease, LogPartition, LogReader } from "../log/log.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import { reasonOf } from "../model/errors.ts";
import { mayBeNameOf } from "../model/object-name.ts";
import { invariant } from "../std/assert.ts";
import { backoffMs } from "../std/backoff.ts";
import { anyOpen } from "./any-open.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { LogGate } from "./log-gate.ts";
import { type NewestRecords, type NewestRequest, readNewest } from "./newest-records.ts";
import { Redrives } from "./redrives.ts";
import type { StoredStream } from "./registry.ts";
import type { ReplayStatus, StoredReplay } from "./replay.ts";
import { replayIn } from "./replay-list.ts";
import { ReplayRun } from "./replay-run.ts";
import type { StreamSettings } from "./settings.ts";
import { sourceIntake } from "./source-intake.ts";
import { StreamError } from "./stream-error.ts";
import { deliveryDirectory, logDirectory, removeFoldersOfTheGone } from "./stream-folders.ts";
import type { Intake, SnapshotsRequest, StreamDocument, StreamHealth } from "./streams.ts";

/** How often the log is told what it may let go of: often enough to keep disk use close to what is really held. */
const RELEASE_INTERVAL_MS = 1000;

/** What a runtime tells its owner, who stores it. */
export interface RuntimeEvents {
  /** A delivery that was taken out of the stream has handed on what it had, and its files are gone. */
  readonly onEnded: (deliveryId: string) => void;
  readonly onReplayLanded: (replayId: string, counters: DeliveryCounters) => void;
}

/**
 * One open stream: its log, its intake, its deliveries, and the loop that releases the log below the smallest hold.
 * It knows nothing of files in the registry or of life-cycle states; `StreamsService` decides what happens to a stream.
 *
 * Holds: a delivery that could not start holds everything, because nobody knows what it still needs.
 */
export class StreamRuntime {
  readonly #dependencies: StreamDependencies;
  readonly #deliveries = new Map<string, Delivery>();
  readonly #ending = new Map<string, Delivery>();
  readonly #replays = new Map<string, ReplayRun>();
  #redrives: Redrives | undefined;
  /** Deliveries that refused to start, with the reason. */
  readonly #refused = new Map<string, string>();
  readonly #stopping = new AbortController();
  readonly #background: Promise<unknown>[] = [];
  #stored: StoredStream;
  #settings: StreamSettings;
  #log: LogGate | undefined;
  #closed: Promise<void> | undefined;
  #intake: Intake | undefined;
  #recordsBefore = 0;

  constructor(dependencies: StreamDependencies, stored: StoredStream, settings: StreamSettings) {
    this.#dependencies = dependencies;
    this.#stored = stored;
    this.#settings = settings;
  }

  /** Opens the log and starts all deliveries. Resolves to the reasons of those that refused to start. */
  async open(events: RuntimeEvents): Promise<readonly string[]> {
    const { openLog, createIntake } = this.#dependencies;
    const log = await openLog({
      document: this.#document,
      directory: logDirectory(this.#dependencies, this.#document),
      settings: () => this.#settings,
      encrypted: () => this.#document.encryption.status === "ENABLED",
    });
    this.#log = new LogGate(log);
    await removeFoldersOfTheGone(this.#dependencies, this.#stored);
    for (const definition of this.#document.deliveries) this.#deliveries.set(definition.id, this.#create(definition));
    for (const definition of this.#stored.ending) this.#ending.set(definition.id, this.#create(definition));
    const endAtOpen = this.#partition.end;
    await Promise.all([...this.#deliveries.values(), ...this.#ending.values()].map((one) => this.#start(one)));
    this.#recordsBefore = this.#recordsReadBefore(endAtOpen);
    for (const delivery of this.#ending.values()) this.#background.push(this.#end(delivery, events));
    this.#intake = createIntake({
      log: this.#log,
      stream: () => this.#document,
      settings: () => this.#settings,
      budgetBytes: () => this.#budgetBytes,
      usedBytes: () => this.#usedBytes(),
    });
    await this.#resumeReplays(events);
    this.#background.push(this.#releaseBehindHolds());
    this.#redrives = new Redrives(this.#dependencies, () => this.#stored, sourceIntake(this.#intake));
    await this.#redrives.open();
    return [...this.#refused].map(([id, reason]) => `${id}: ${reason}`);
  }

  get intake(): Intake {
    invariant(this.#intake !== undefined, "intake is asked for after open() only");
    return this.#intake;
  }

  /** One past the last durable record: where a change takes effect for a delivery that joins. */
  get end(): number {
    return this.#partition.end;
  }

  get redrives(): Redrives {
    invariant(this.#redrives !== undefined, "redrives are asked for after open() only");
    return this.#redrives;
  }

  /** The log, to plan with. */
  get reader(): LogReader {
    return this.#partition;
  }

  newest(request: NewestRequest): Promise<NewestRecords> {
    return readNewest(this.#partition, request);
  }

  /** Keeps the log from `offset` on until a delivery that joins there holds it itself. */
  lease(offset: number): LogLease {
    return this.#partition.lease(offset);
  }

  /** Takes over a document that is already durable in the registry. Resolves when all deliveries have journaled it. */
  async apply(stored: StoredStream, settings: StreamSettings, events: RuntimeEvents): Promise<void> {
    this.#stored = stored;
    this.#settings = settings;
    const { deliveries, versionId } = stored.document;
    const staying = new Set(deliveries.map((definition) => definition.id));
    for (const [id, delivery] of this.#deliveries) {
      if (staying.has(id)) continue;
      this.#deliveries.delete(id);
      this.#ending.set(id, delivery);
      await this.#applyLast(delivery, stored);
      this.#background.push(this.#end(delivery, events));
    }
    await Promise.all(deliveries.map((definition) => this.#applyOne(definition, versionId)));
  }

  /** Begins a replay that is durable in the registry, or goes on with it. */
  async startReplay(replayId: string, events: RuntimeEvents): Promise<void> {
    const replay = replayIn(this.#stored.replays, replayId);
    const run = new ReplayRun({
      dependencies: this.#dependencies,
      document: this.#document,
      replay,
      partition: this.#partition,
      intake: sourceIntake(this.intake),
      onLanded: events.onReplayLanded,
    });
    this.#replays.set(replay.id, run);
    await run.start();
  }

  /** Stops a replay that the registry says is over, and removes its files. */
  async endReplay(replay: StoredReplay): Promise<void> {
    await this.#replays.get(replay.id)?.stop();
    this.#replays.delete(replay.id);
    await this.#dependencies.disk.removeDirectory(
      deliveryDirectory(this.#dependencies, this.#document, replay.definition.id),
    );
  }

  replays(): readonly ReplayStatus[] {
    return this.#stored.replays.map(({ definition, ...replay }) => {
      const { bucket } = definition.target.options;
      const target = { prefix: definition.naming.prefix ?? "", ...(typeof bucket === "string" ? { bucket } : {}) };
      return { ...replay, target, ...this.#replays.get(replay.id)?.status() };
    });
  }

  /** Takes over a document whose change is none of the deliveries' business: state, plain tags, encryption. */
  replaceDocument(stored: StoredStream): void {
    this.#stored = stored;
  }

  /** Shuts intake for good; resolves when the appends under way have been answered. */
  async shut(): Promise<void> {
    await this.#gate.shut();
  }

  async flush(signal: AbortSignal): Promise<void> {
    await Promise.all([...this.#deliveries.values(), ...this.#ending.values()].map((one) => one.flush(signal)));
  }

  /** Also of deliveries that were taken out, until they have handed on what they had. */
  async snapshots({ isWanted, waitMs, signal }: SnapshotsRequest): Promise<readonly (DeliverySnapshot | undefined)[]> {
    const all = [...this.#deliveries.values(), ...this.#ending.values()];
    const wanted = all.filter((delivery) => delivery.targets().some(isWanted));
    return Promise.all(wanted.map((delivery) => delivery.snapshot(waitMs, signal).catch(() => undefined)));
  }

  /** Flushes for at most `timeoutMs`. Resolves to the reason why not all is delivered, or `undefined`. */
  async drain(timeoutMs: number, signal: AbortSignal): Promise<string | undefined> {
    const ended = new AbortController();
    const either = AbortSignal.any([signal, ended.signal]);
    const { clock } = this.#dependencies;
    const problems = new Map<string, string>();
    const flushing = [...this.#deliveries.values(), ...this.#ending.values()].map(async (delivery) => {
      problems.set(delivery.id, `not delivered within ${timeoutMs} ms`);
      try {
        await delivery.flush(either);
        problems.delete(delivery.id);
      } catch (error) {
        if (!either.aborted) problems.set(delivery.id, reasonOf(error));
      }
    });
    const timer = clock.sleep(timeoutMs, either).catch(() => undefined);
    await Promise.race([Promise.all(flushing), timer]);
    const left = [...problems].map(([id, problem]) => this.#describeLeft(id, problem));
    ended.abort(new Error("The drain time is over"));
    await timer;
    return left.length === 0 ? undefined : left.join("; ");
  }

  health(): StreamHealth {
    return {
      log: this.#gate.usage(),
      budgetBytes: this.#budgetBytes,
      paused: this.#isPaused,
      accepted: this.#recordsBefore + this.#gate.recordsAppended,
      deliveries: [...this.#deliveries.values(), ...this.#ending.values()].map((delivery) => delivery.status()),
      replays: this.replays(),
    };
  }

  /** While it is being opened, not all deliveries are known. */
  isOpen(objectName: string): boolean | undefined {
    if (this.#redrives === undefined) return mayBeNameOf(this.#document.name, objectName) ? undefined : false;
    return anyOpen([...this.#deliveries.values(), ...this.#ending.values(), ...this.#replays.values()], objectName);
  }

  /** However often it is asked for, it happens once: two that close a log at a time would both write its files. */
  close(): Promise<void> {
    this.#closed ??= this.#closeOnce();
    return this.#closed;
  }

  async #closeOnce(): Promise<void> {
    this.#stopping.abort(new Error("The stream is being closed"));
    await this.#redrives?.stop();
    await this.#log?.shut();
    const replaysStopped = await Promise.allSettled([...this.#replays.values()].map((replay) => replay.stop()));
    const deliveries = [...this.#deliveries.values(), ...this.#ending.values()];
    const stopped = await Promise.allSettled(deliveries.map((delivery) => delivery.stop()));
    await Promise.all(this.#background);
    await this.#log?.close();
    for (const result of [...replaysStopped, ...stopped]) if (result.status === "rejected") throw result.reason;
  }

  get #document(): StreamDocument {
    return this.#stored.document;
  }

  get #gate(): LogGate {
    invariant(this.#log !== undefined, "the log is open");
    return this.#log;
  }

  /** The embedded log has one partition for ever. */
  get #partition(): LogPartition {
    const [partition] = this.#gate.partitions();
    invariant(partition !== undefined, "a log has at least one partition");
    return partition;
  }

  get #budgetBytes(): number {
    return this.#settings.budget ?? this.#dependencies.budgetBytes;
  }

  #usedBytes(): number {
    let bytes = this.#gate.usage().bytes;
    for (const delivery of this.#deliveries.values()) bytes += delivery.status().spilledBytes;
    for (const delivery of this.#ending.values()) bytes += delivery.status().spilledBytes;
    for (const replay of this.#replays.values()) bytes += replay.spilledBytes;
    return bytes;
  }

  /** Files of one that ended just before a crash may still be there. */
  async #resumeReplays(events: RuntimeEvents): Promise<void> {
    for (const replay of this.#stored.replays) {
      if (replay.state === "running") await this.startReplay(replay.id, events);
      else await this.endReplay(replay);
    }
  }

  #create(definition: DeliveryDefinition): Delivery {
    return this.#dependencies.createDelivery({
      document: this.#document,
      definition,
      log: this.#partition,
      directory: deliveryDirectory(this.#dependencies, this.#document, definition.id),
      startAt: this.#stored.startsAt[definition.id] ?? 0,
      // What was taken out of the stream, and what is being deleted, has to come to its end.
      isPaused: () => this.#isPaused && this.#deliveries.has(definition.id),
    });
  }

  get #isPaused(): boolean {
    return this.#stored.paused && this.#document.status === "ACTIVE";
  }

  async #start(delivery: Delivery): Promise<void> {
    try {
      await delivery.start();
    } catch (error) {
      const reason = reasonOf(error);
      this.#refused.set(delivery.id, reason);
      const fields = { stream: this.#document.name, delivery: delivery.id, code: "start-refused", message: reason };
      this.#dependencies.telemetry.emit("delivery.alarmed", fields);
    }
  }

  /** One that fails now takes it when it starts again. */
  async #applyLast(delivery: Delivery, { ending, document }: StoredStream): Promise<void> {
    const last = ending.find(({ id }) => id === delivery.id);
    if (last === undefined || this.#refused.has(delivery.id)) return;
    await delivery.apply(last, document.versionId).catch(() => undefined);
  }

  async #applyOne(definition: DeliveryDefinition, versionId: string): Promise<void> {
    const running = this.#deliveries.get(definition.id);
    if (running !== undefined) {
      if (this.#refused.has(definition.id)) return;
      await running.apply(definition, versionId);
      return;
    }
    const joining = this.#create(definition);
    this.#deliveries.set(definition.id, joining);
    await this.#start(joining);
    const refused = this.#refused.get(definition.id);
    if (refused !== undefined) throw new StreamError("unavailable", `Delivery ${definition.id} refused: ${refused}`);
  }

  /** Lets a delivery that was taken out hand on what it has, then reports it. Tries for as long as it takes. */
  async #end(delivery: Delivery, events: RuntimeEvents): Promise<void> {
    const { clock, random } = this.#dependencies;
    const signal = this.#stopping.signal;
    for (let attempt = 1; !signal.aborted && !this.#refused.has(delivery.id); attempt++) {
      try {
        await delivery.flush(signal);
        await delivery.stop();
        this.#ending.delete(delivery.id);
        events.onEnded(delivery.id);
        return;
      } catch (error) {
        if (signal.aborted) return;
        this.#warn("delivery-not-ended", `Delivery ${delivery.id} cannot end yet: ${reasonOf(error)}`);
        await clock.sleep(backoffMs(attempt, random), signal).catch(() => undefined);
      }
    }
  }

  async #releaseBehindHolds(): Promise<void> {
    const signal = this.#stopping.signal;
    let released = -1;
    while (!signal.aborted) {
      await this.#dependencies.clock.sleep(RELEASE_INTERVAL_MS, signal).catch(() => undefined);
      for (const replay of this.#replays.values()) replay.advance();
      const hold = this.#smallestHold();
      if (signal.aborted || hold <= released) continue;
      try {
        await this.#partition.release(hold);
        released = hold;
      } catch (error) {
        this.#warn("release-failed", `The log cannot let go of what is delivered: ${reasonOf(error)}`);
      }
    }
  }

  #smallestHold(): number {
    if (this.#refused.size > 0) return this.#partition.start;
    const holds = [...this.#deliveries.values(), ...this.#ending.values()].map((delivery) => delivery.hold);
    const replayHolds = [...this.#replays.values()].map((replay) => replay.hold);
    return Math.min(this.#partition.end, ...holds, ...replayHolds);
  }

  /** Records accepted before this start: those that the primary delivery has read, and those that it still has to. */
  #recordsReadBefore(endAtOpen: number): number {
    const [first] = this.#deliveries.values();
    if (first === undefined || this.#refused.has(first.id)) return endAtOpen - this.#partition.start;
    const { counters, read } = first.status();
    return counters.read + Math.max(0, endAtOpen - read);
  }

  #describeLeft(id: string, problem: string): string {
    const status = this.#deliveries.get(id)?.status() ?? this.#ending.get(id)?.status();
    const error =
      status?.lastError === undefined ? "" : `, last error ${status.lastError.code}: ${status.lastError.message}`;
    return `${id}: ${problem}${error}`;
  }

  #warn(code: string, message: string): void {
    this.#dependencies.telemetry.emit("stream.warned", { stream: this.#document.name, code, message });
  }
}
