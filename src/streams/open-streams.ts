import { reasonOf } from "../model/errors.ts";
import { mayBeNameOf } from "../model/object-name.ts";
import { anyOpen } from "./any-open.ts";
import type { StreamDependencies } from "./dependencies.ts";
import type { StoredStream } from "./registry.ts";
import type { StreamSettings } from "./settings.ts";
import { StreamError } from "./stream-error.ts";
import { type RuntimeEvents, StreamRuntime } from "./stream-runtime.ts";

/** The streams that are open, and why those that should be are not. */
export class OpenStreams {
  readonly #dependencies: StreamDependencies;
  readonly #runtimes = new Map<string, StreamRuntime>();
  readonly #unavailable = new Map<string, string>();

  constructor(dependencies: StreamDependencies) {
    this.#dependencies = dependencies;
  }

  /** Resolves to what deliveries refuse, in plain words; rejects when the stream cannot be opened. */
  async open(stored: StoredStream, settings: StreamSettings, events: RuntimeEvents): Promise<readonly string[]> {
    const { name } = stored.document;
    const runtime = new StreamRuntime(this.#dependencies, stored, settings);
    this.#runtimes.set(name, runtime);
    try {
      return await runtime.open(events);
    } catch (error) {
      await this.close(name);
      throw error;
    }
  }

  find(name: string): StreamRuntime | undefined {
    return this.#runtimes.get(name);
  }

  /** Throws `unavailable` with the reason. */
  require(name: string): StreamRuntime {
    const runtime = this.#runtimes.get(name);
    if (runtime !== undefined) return runtime;
    const reason = this.#unavailable.get(name) ?? "it is not open";
    throw new StreamError("unavailable", `Stream ${name} is not available: ${reason}`);
  }

  /** The stream should be open and cannot be. */
  noteUnavailable(name: string, error: unknown): string {
    const reason = reasonOf(error);
    this.#unavailable.set(name, reason);
    return reason;
  }

  whyUnavailable(name: string): string | undefined {
    return this.#unavailable.get(name);
  }

  /** See `Streams.isOpen`. */
  holdsObject(objectName: string): boolean | undefined {
    const isOpen = anyOpen(this.#runtimes.values(), objectName);
    if (isOpen !== false) return isOpen;
    for (const name of this.#unavailable.keys()) if (mayBeNameOf(name, objectName)) return undefined;
    return false;
  }

  async close(name: string): Promise<void> {
    const runtime = this.#runtimes.get(name);
    this.#runtimes.delete(name);
    await runtime?.close();
  }

  /** The stream is no more. */
  forget(name: string): void {
    this.#unavailable.delete(name);
  }

  async closeAll(): Promise<void> {
    const closed = await Promise.allSettled([...this.#runtimes.values()].map((runtime) => runtime.close()));
    this.#runtimes.clear();
    for (const result of closed) if (result.status === "rejected") throw result.reason;
  }
}
