import { reasonOf } from "../model/errors.ts";
import type { SourceDefinition } from "../sources/source-definition.ts";
import type { Sources } from "../sources/sources.ts";
import type { StreamDocument, Streams } from "../streams/streams.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";

export interface SourceFollowerOptions {
  readonly sources: Pick<Sources, "check" | "set">;
  /** Those of the configuration: they stay as they are. */
  readonly declared: readonly SourceDefinition[];
  readonly streams: Pick<Streams, "list" | "onChanged">;
  /** The source that came with a stream. Throws with what keeps it from being read. */
  readonly sourceOf: (document: StreamDocument) => SourceDefinition | undefined;
  readonly telemetry: Telemetry;
}

/**
 * Sources that come with streams follow them: they begin when the stream is active, and end when it is deleted. Nothing of
 * them is kept: what there has to be is worked out anew from all streams after each change, and `Sources` leaves alone what
 * has not changed.
 */
export class SourceFollower {
  readonly #options: SourceFollowerOptions;
  /** What each stream was warned of last, so that it is said once. */
  readonly #problems = new Map<string, string>();
  #working: Promise<void> | undefined;
  #changed = false;

  constructor(options: SourceFollowerOptions) {
    this.#options = options;
  }

  /** Resolves once the sources of all streams that there are have begun. */
  begin(): Promise<void> {
    this.#options.streams.onChanged(() => void this.#follow());
    return this.#follow();
  }

  /** Changes that come while one is followed are followed together, afterwards. */
  #follow(): Promise<void> {
    this.#changed = true;
    this.#working ??= this.#work();
    return this.#working;
  }

  async #work(): Promise<void> {
    const { sources, declared } = this.#options;
    try {
      while (this.#changed) {
        this.#changed = false;
        await sources.set([...declared, ...this.#ofStreams()]);
      }
    } finally {
      // In the same turn in which it has looked: a change that comes now is for the next.
      this.#working = undefined;
    }
  }

  #ofStreams(): readonly SourceDefinition[] {
    const active = this.#options.streams.list().filter(({ status }) => status === "ACTIVE");
    const names = new Set(active.map(({ name }) => name));
    for (const name of this.#problems.keys()) if (!names.has(name)) this.#problems.delete(name);
    return active.flatMap((document) => this.#ofStream(document) ?? []);
  }

  #ofStream(document: StreamDocument): SourceDefinition | undefined {
    const { sources, sourceOf, telemetry } = this.#options;
    try {
      const definition = sourceOf(document);
      if (definition !== undefined) sources.check(definition);
      this.#problems.delete(document.name);
      return definition;
    } catch (error) {
      const message = `Nothing is read into it: ${reasonOf(error)}`;
      if (this.#problems.get(document.name) === message) return undefined;
      this.#problems.set(document.name, message);
      telemetry.emit("stream.warned", { stream: document.name, code: "source-unreachable", message });
      return undefined;
    }
  }
}
