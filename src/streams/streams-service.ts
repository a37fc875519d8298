import { isDeepStrictEqual } from "node:util";
import { reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import { KeyedQueue } from "../std/keyed-queue.ts";
import { BackgroundWork } from "./background-work.ts";
import { DefinitionFollower } from "./definition-follower.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { newStream } from "./new-stream.ts";
import type { NewestRecords, NewestRequest } from "./newest-records.ts";
import { OpenStreams } from "./open-streams.ts";
import { type DeclaredParts, plannedChange, withoutEnded } from "./planned-change.ts";
import { refuseCreation, requireStatus } from "./refusals.ts";
import { type StoredStream, StreamRegistry } from "./registry.ts";
import { type StreamSettings, settingsOf, settingTags } from "./settings.ts";
import { StreamDeletion } from "./stream-deletion.ts";
import { notFound, StreamError } from "./stream-error.ts";
import { removeDeliveryFiles } from "./stream-folders.ts";
import { StreamRepeats } from "./stream-repeats.ts";
import type { RuntimeEvents } from "./stream-runtime.ts";
import type {
  CreateStream,
  EncryptionChange,
  Intake,
  SnapshotsRequest,
  StreamChange,
  StreamDocument,
  StreamHealth,
  StreamStatus,
  Streams,
  TagsChange,
} from "./streams.ts";
import { warningsOf } from "./warnings.ts";

/**
 * The life of delivery streams. All changes of one stream run one after another.
 *
 * Durable first: a document is in force once it is in the registry; log, deliveries and intake follow it. A crash between
 * the two is repaired at the next start, which takes each stream from the state that it finds:
 *
 * - CREATING: opened and made ACTIVE, as `create` would have done.
 * - ACTIVE: opened; a delivery whose journal knows an older definition journals the newest one before it goes on.
 * - DELETING: opened without intake and drained again, with the whole drain time.
 * - DELETING and `removing`: files may be gone already, so nothing is opened; the removal is finished.
 * - DELETING_FAILED: opened without intake; what is left goes on trying until somebody deletes again or forces it.
 *
 * Data lies under the stream's random uid, never under its name, so a stream that is created again under an old name can
 * never meet the files of its predecessor.
 */
export class StreamsService implements Streams {
  readonly #dependencies: StreamDependencies;
  readonly #registry: StreamRegistry;
  readonly #queue = new KeyedQueue();
  readonly #open: OpenStreams;
  readonly #deletion: StreamDeletion;
  readonly #background = new BackgroundWork();
  /** A close does not wait for these: a plan may have to wait for a function that hangs. */
  readonly #following = new BackgroundWork();
  readonly repeats: StreamRepeats;
  readonly #follower: DefinitionFollower;
  readonly #closing = new AbortController();

  private constructor(dependencies: StreamDependencies) {
    this.#dependencies = dependencies;
    this.#registry = new StreamRegistry(dependencies.disk, dependencies.dataDirectory);
    this.#open = new OpenStreams(dependencies);
    this.#deletion = new StreamDeletion(dependencies, this.#registry, this.#open, {
      behind: (name, task, first) => this.#behind(name, task, first),
      replaceDocument: (stored, document) => this.#replaceDocument(stored, document),
      warn: (name, code, message) => this.#warn(name, code, message),
    });
    this.repeats = new StreamRepeats(dependencies, {
      run: (name, task) => this.#queue.run(name, task),
      require: (name) => this.#require(name),
      runtime: (name) => this.#open.require(name),
      replace: (stored) => this.#replaceDocument(stored, stored.document),
      startReplay: (name, id) => this.#open.require(name).startReplay(id, this.#eventsOf(name)),
    });
    this.#follower = new DefinitionFollower(dependencies, {
      stored: () => this.#registry.list(),
      get: (name) => this.#registry.get(name),
      behind: (name, task) => this.#following.add(this.#queued(name, task)),
      apply: async (stored, settings) =>
        this.#closing.signal.aborted ? undefined : this.#applyStored(stored, settings),
    });
  }

  /** Loads the registry and takes every stream up where it was. Throws when the registry is damaged. */
  static async open(dependencies: StreamDependencies): Promise<StreamsService> {
    const service = new StreamsService(dependencies);
    await service.#registry.load();
    await Promise.all(service.#registry.list().map((stored) => service.#resume(stored)));
    service.#follower.start();
    return service;
  }

  create(request: CreateStream): Promise<StreamDocument> {
    return this.#queue.run(request.name, async () => {
      this.#refuseWhenClosed();
      refuseCreation(request.name, this.list(), this.#dependencies.streamsMax);
      const settings = settingsOf(request.extensions, Object.fromEntries(request.tags));
      const deliveries = await this.#follower.translate(request, settings);
      const stored = newStream(request, deliveries, this.#dependencies);
      await this.#registry.save(stored);
      return this.#finishCreation(stored, settings);
    });
  }

  get(name: string): StreamDocument | undefined {
    return this.#registry.get(name)?.document;
  }

  list(): readonly StreamDocument[] {
    return this.#registry.list().map((stored) => stored.document);
  }

  update(name: string, expectedVersion: string | undefined, change: StreamChange): Promise<StreamDocument> {
    return this.#queue.run(name, async () => {
      const stored = this.#require(name);
      const { document } = stored;
      requireStatus(document, ["ACTIVE"]);
      if (expectedVersion !== undefined && expectedVersion !== document.versionId) {
        const details = { current: document.versionId, specified: expectedVersion };
        throw new StreamError("version-mismatch", `Stream ${name} is at another version`, details);
      }
      const changed = change(document);
      const declared = changed?.declared ?? document.declared;
      const extensions = changed?.extensions ?? document.extensions;
      const same = isDeepStrictEqual([declared, extensions], [document.declared, document.extensions]);
      return same ? document : this.#apply(stored, { declared, extensions, tags: document.tags });
    });
  }

  async delete(name: string, options: { readonly force: boolean }): Promise<void> {
    if (this.get(name)?.status === "CREATING") requireStatus(this.#require(name).document, []);
    await this.#queue.run(name, async () => {
      const stored = await this.#setStatus(this.#require(name), "DELETING");
      await this.#deletion.begin(stored, options.force);
    });
  }

  setTags(name: string, change: TagsChange): Promise<StreamDocument> {
    return this.#queue.run(name, async () => {
      const stored = this.#require(name);
      const { document } = stored;
      requireStatus(document, ["CREATING", "ACTIVE", "CREATING_FAILED"]);
      const tags = Object.fromEntries(change(new Map(Object.entries(document.tags))));
      const { declared, extensions } = document;
      const sameSettings = isDeepStrictEqual(settingTags(tags), settingTags(document.tags));
      if (!sameSettings && document.status === "ACTIVE") return this.#apply(stored, { declared, extensions, tags });
      return (await this.#replaceDocument(stored, { ...document, tags })).document;
    });
  }

  setEncryption(name: string, change: EncryptionChange): Promise<StreamDocument> {
    return this.#queue.run(name, async () => {
      const stored = this.#require(name);
      requireStatus(stored.document, ["ACTIVE"]);
      const encryption = change(stored.document);
      return (await this.#replaceDocument(stored, { ...stored.document, encryption })).document;
    });
  }

  intake(name: string): Intake {
    const document = this.#registry.get(name)?.document;
    if (document === undefined) throw notFound(name);
    if (document.status !== "ACTIVE") throw new StreamError("not-active", `Stream ${name} is ${document.status}`);
    return this.#open.require(name).intake;
  }

  async newest(name: string, request: NewestRequest): Promise<NewestRecords> {
    this.#require(name);
    return this.#open.require(name).newest(request);
  }

  setPaused(name: string, paused: boolean): Promise<void> {
    return this.#queue.run(name, async () => {
      const stored = this.#require(name);
      requireStatus(stored.document, ["ACTIVE"]);
      if (stored.paused !== paused) await this.#replaceDocument({ ...stored, paused }, stored.document);
    });
  }

  async flush(name: string, signal: AbortSignal): Promise<void> {
    if (this.#require(name).paused) {
      throw new StreamError("wrong-state", `Stream ${name} is paused: resume it before you flush it`);
    }
    await this.#open.require(name).flush(signal);
  }

  async snapshots(name: string, request: SnapshotsRequest) {
    this.#require(name);
    return this.#open.require(name).snapshots(request);
  }

  health(name: string): StreamHealth {
    this.#require(name);
    return this.#open.require(name).health();
  }

  isOpen(objectName: string): boolean | undefined {
    return this.#closing.signal.aborted ? undefined : this.#open.holdsObject(objectName);
  }

  onChanged(listener: () => void): void {
    this.#registry.onChanged(listener);
  }

  tableChanged(table: Parameters<Streams["tableChanged"]>[0]): void {
    this.#follower.tableChanged(table);
  }

  /** Resolves when nothing that goes on behind the callers' backs (drains, removals) is under way any more. */
  async settled(): Promise<void> {
    await this.#following.settled();
    await this.#background.settled();
  }

  async close(): Promise<void> {
    this.#closing.abort(new Error("The server is shutting down"));
    await this.#follower.stop();
    this.#deletion.stop();
    await this.#background.settled();
    await this.#open.closeAll();
  }

  async #resume(stored: StoredStream): Promise<void> {
    const { document } = stored;
    if (stored.removing) return this.#deletion.remove(stored, stored.removing);
    if (document.status === "CREATING_FAILED") return;
    let settings: StreamSettings;
    try {
      settings = settingsOf(document.extensions, document.tags);
      if (document.status === "CREATING") {
        await this.#finishCreation(stored, settings);
        return;
      }
      const current = await this.#follower.current(stored);
      if (current !== stored) await this.#registry.save(current);
      await this.#open.open(current, settings, this.#eventsOf(document.name));
    } catch (error) {
      this.#warn(document.name, "stream-unavailable", this.#open.noteUnavailable(document.name, error));
      return;
    }
    if (document.status === "ACTIVE") return;
    const runtime = this.#open.require(document.name);
    await runtime.shut();
    if (document.status === "DELETING") this.#deletion.drain(stored, runtime);
  }

  async #finishCreation(stored: StoredStream, settings: StreamSettings): Promise<StreamDocument> {
    const { name } = stored.document;
    let failure: string | undefined;
    try {
      const refused = await this.#open.open(stored, settings, this.#eventsOf(name));
      if (refused.length > 0) failure = refused.join("; ");
    } catch (error) {
      failure = reasonOf(error);
    }
    if (failure !== undefined) {
      await this.#open.close(name);
      return this.#recordCreation(name, {
        status: "CREATING_FAILED",
        failure: { type: "UNKNOWN_ERROR", details: failure },
      });
    }
    return this.#recordCreation(name, { status: "ACTIVE" });
  }

  /** What cannot be recorded yet, as on a full disk, is tried again: nobody may delete a stream that is CREATING. */
  async #recordCreation(
    name: string,
    end: Pick<StreamDocument, "status" | "failure">,
    attempt = 1,
  ): Promise<StreamDocument> {
    const { clock, random, telemetry } = this.#dependencies;
    const stored = this.#require(name);
    const created = { ...stored.document, ...end };
    try {
      await this.#replaceDocument(stored, created);
    } catch (error) {
      this.#warn(name, "creation-unrecorded", reasonOf(error));
      const { signal } = this.#closing;
      const pause = clock.sleep(backoffMs(attempt, random, { maxMs: 5_000 }), signal);
      const again = async () => void (signal.aborted || (await this.#recordCreation(name, end, attempt + 1)));
      this.#behind(name, again, pause);
      return stored.document;
    }
    if (created.status !== "ACTIVE") return created;
    telemetry.emit("stream.created", { stream: name, type: created.type });
    this.#warnAbout(created);
    this.#follower.look(created);
    return created;
  }

  /** Compiles, stores and applies a change of what the stream does; the version rises. */
  async #apply(stored: StoredStream, parts: DeclaredParts): Promise<StreamDocument> {
    const { name, arn, type } = stored.document;
    const settings = settingsOf(parts.extensions, parts.tags);
    const deliveries = await this.#follower.translate({ name, arn, type, declared: parts.declared }, settings);
    const runtime = this.#open.require(name);
    const position = runtime.end;
    const next = plannedChange(stored, { ...parts, deliveries, updatedAt: this.#dependencies.clock.now() }, position);
    const lease = runtime.lease(position);
    try {
      await this.#applyStored(next, settings);
    } finally {
      lease.release();
    }
    this.#follower.look(next.document);
    return next.document;
  }

  async #applyStored(stored: StoredStream, settings: StreamSettings): Promise<void> {
    const { name, versionId } = stored.document;
    const runtime = this.#open.require(name);
    await this.#registry.save(stored);
    await runtime.apply(stored, settings, this.#eventsOf(name));
    this.#dependencies.telemetry.emit("stream.updated", { stream: name, version: versionId });
    this.#warnAbout(stored.document);
  }

  #eventsOf(name: string): RuntimeEvents {
    const change = (changed: (stored: StoredStream) => Promise<unknown>) =>
      this.#behind(name, async () => {
        const stored = this.#registry.get(name);
        if (stored?.removing === false) await changed(stored);
      });
    return {
      onEnded: (deliveryId) =>
        change(async (stored) => {
          await this.#replaceDocument(withoutEnded(stored, deliveryId), stored.document);
          await removeDeliveryFiles(this.#dependencies, stored.document, deliveryId);
        }),
      onReplayLanded: (id, counters) => change((stored) => this.repeats.end(stored, id, { state: "landed", counters })),
    };
  }

  /** Runs `task` in the stream's queue once `first` has settled, without anybody waiting for it. */
  #behind(name: string, task: () => Promise<void>, first?: Promise<unknown>): void {
    this.#background.add(Promise.allSettled([first]).then(() => this.#queued(name, task)));
  }

  #queued(name: string, task: () => Promise<void>): Promise<void> {
    return this.#queue.run(name, task).catch((error) => this.#warn(name, "background-work-failed", reasonOf(error)));
  }

  async #setStatus(stored: StoredStream, status: StreamStatus): Promise<StoredStream> {
    if (stored.document.status === status) return stored;
    const { failure: _, ...document } = stored.document;
    return this.#replaceDocument(stored, { ...document, status });
  }

  async #replaceDocument(stored: StoredStream, document: StreamDocument): Promise<StoredStream> {
    const next = { ...stored, document };
    await this.#registry.save(next);
    this.#open.find(document.name)?.replaceDocument(next);
    return next;
  }

  #refuseWhenClosed(): void {
    if (this.#closing.signal.aborted) throw new StreamError("unavailable", "The server is shutting down");
  }

  #require(name: string): StoredStream {
    this.#refuseWhenClosed();
    const stored = this.#registry.get(name);
    if (stored === undefined) throw notFound(name);
    return stored;
  }

  #warnAbout(document: StreamDocument): void {
    for (const { code, message } of warningsOf(document)) this.#warn(document.name, code, message);
  }

  #warn(stream: string, code: string, message: string): void {
    this.#dependencies.telemetry.emit("stream.warned", { stream, code, message });
  }
}
