import { reasonOf } from "../model/errors.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { OpenStreams } from "./open-streams.ts";
import type { Removal, StoredStream, StreamRegistry } from "./registry.ts";
import { DRAIN_TIMEOUT_MS, settingsOf } from "./settings.ts";
import { removeFiles } from "./stream-folders.ts";
import type { StreamRuntime } from "./stream-runtime.ts";
import type { StreamDocument } from "./streams.ts";

/** What a deletion needs of the service that owns the streams. */
export interface DeletionOwner {
  /** Runs alone among the changes of one stream, once `first` has settled, without anybody waiting for it. */
  behind(name: string, task: () => Promise<void>, first: Promise<unknown>): void;
  /** Durable when it resolves; the runtime knows it then too. */
  replaceDocument(stored: StoredStream, document: StreamDocument): Promise<unknown>;
  warn(name: string, code: string, message: string): void;
}

/**
 * Streams that are DELETING: what is left is delivered behind the caller's back, then the stream is removed; what cannot be
 * delivered in time makes the deletion fail, with the reason, unless it is forced. All methods but `stop` are called inside
 * the queue of the stream.
 */
export class StreamDeletion {
  readonly #dependencies: StreamDependencies;
  readonly #registry: StreamRegistry;
  readonly #open: OpenStreams;
  readonly #owner: DeletionOwner;
  readonly #drains = new Map<string, AbortController>();

  constructor(dependencies: StreamDependencies, registry: StreamRegistry, open: OpenStreams, owner: DeletionOwner) {
    this.#dependencies = dependencies;
    this.#registry = registry;
    this.#open = open;
    this.#owner = owner;
  }

  /** `stored` is DELETING already. */
  async begin(stored: StoredStream, force: boolean): Promise<void> {
    const { name } = stored.document;
    const runtime = this.#open.find(name);
    await runtime?.shut();
    const unavailable = this.#open.whyUnavailable(name);
    const neverAccepted = runtime === undefined && unavailable === undefined;
    if (force || neverAccepted) {
      this.#drains.get(name)?.abort(new Error("The stream is deleted by force"));
      await this.remove(stored, { forced: force, deliveredAll: neverAccepted });
    } else if (runtime === undefined) {
      await this.#fail(stored, `The stream cannot be opened: ${unavailable}`);
    } else if (!this.#drains.has(name)) {
      this.drain(stored, runtime);
    }
  }

  /** Delivers what is left, for as long as the stream says. */
  drain({ document }: StoredStream, runtime: StreamRuntime): void {
    const { name, extensions, tags } = document;
    const abort = new AbortController();
    this.#drains.set(name, abort);
    const timeoutMs = settingsOf(extensions, tags)["drain-timeout"] ?? DRAIN_TIMEOUT_MS;
    const draining = runtime.drain(timeoutMs, abort.signal);
    this.#owner.behind(
      name,
      async () => {
        if (this.#drains.get(name) === abort) this.#drains.delete(name);
        const left = await draining;
        const stored = this.#registry.get(name);
        if (abort.signal.aborted || stored === undefined) return;
        if (left === undefined) await this.remove(stored, { forced: false, deliveredAll: true });
        else await this.#fail(stored, left);
      },
      draining,
    );
  }

  /** From here on files may be gone, so the stream is never opened again. */
  async remove(stored: StoredStream, how: Removal): Promise<void> {
    const { name } = stored.document;
    await this.#registry.save({ ...stored, removing: how });
    try {
      await this.#open.close(name);
    } catch (error) {
      this.#owner.warn(name, "close-failed", reasonOf(error));
    }
    await removeFiles(this.#dependencies, stored.document);
    await this.#registry.remove(stored);
    this.#open.forget(name);
    this.#dependencies.telemetry.emit("stream.deleted", { stream: name, ...how });
  }

  /** Ends all drains; the next start drains again. */
  stop(): void {
    for (const drain of this.#drains.values()) drain.abort(new Error("The server is shutting down"));
  }

  async #fail(stored: StoredStream, details: string): Promise<void> {
    this.#owner.warn(stored.document.name, "deletion-failed", details);
    const failed: StreamDocument = { ...stored.document, failure: { type: "UNKNOWN_ERROR", details } };
    await this.#owner.replaceDocument(stored, { ...failed, status: "DELETING_FAILED" });
  }
}
