import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { LakehoseError } from "../model/errors.ts";
import { Mutex } from "../std/mutex.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { LogInlet } from "./inlet.ts";
import type { SourceIntake } from "./source.ts";
import type { SourceDefinition } from "./source-definition.ts";
import type { ReadUpstream, SourceComponents, SourceKind } from "./source-kind.ts";
import { type ReaderListener, type ReaderStatus, UpstreamReader } from "./upstream-reader.ts";

export interface SourceStatus extends ReaderStatus {
  readonly name: string;
  readonly kind: string;
  readonly stream: string;
  readonly description: string;
  /** What is read from, for people. */
  readonly upstream: string;
}

export interface SourcesOptions {
  readonly kinds: readonly SourceKind[];
  readonly components: SourceComponents;
  /** The door to the log of a stream. Throws a `LakehoseError` while there is none. */
  readonly intake: (stream: string) => SourceIntake;
}

/** All pull sources of a server, those of the configuration and those that came with their streams. */
export class Sources {
  readonly #options: SourcesOptions;
  readonly #reads = new Map<string, ReadUpstream<unknown>>();
  readonly #running = new Map<string, RunningSource>();
  /** One change at a time: a source that is replaced has ended before its successor asks where to go on. */
  readonly #changes = new Mutex();
  #closed = false;

  constructor(options: SourcesOptions) {
    this.#options = options;
  }

  /** Throws `LakehoseError` `invalid-source` with all that is wrong with a definition. */
  check({ kind, options }: SourceDefinition): void {
    this.#parse(kind, options);
  }

  /** In name order. */
  list(): readonly SourceStatus[] {
    return [...this.#running.values()].map(statusOf).sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  get(name: string): SourceStatus | undefined {
    const running = this.#running.get(name);
    return running && statusOf(running);
  }

  /** Makes these the sources that there are: new ones start, changed ones start again, others stop. */
  set(definitions: readonly SourceDefinition[]): Promise<void> {
    return this.#changes.run(async () => {
      if (this.#closed) return;
      const wanted = new Map(definitions.map((definition) => [definition.name, definition]));
      const stale = [...this.#running].filter(
        ([name, { definition }]) => !isDeepStrictEqual(definition, wanted.get(name)),
      );
      await Promise.all(stale.map(([name]) => this.#remove(name)));
      for (const definition of wanted.values()) if (!this.#running.has(definition.name)) this.#add(definition);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#changes.run(() => Promise.all([...this.#running.values()].map(({ reader }) => reader.stop())));
  }

  #add(definition: SourceDefinition): void {
    const { components, intake } = this.#options;
    const { clock, random, telemetry } = components;
    const { name: source, stream, enabled } = definition;
    const kind = this.#kind(definition.kind);
    const options = this.#parse(definition.kind, definition.options);
    const read = this.#reads.get(kind.name) ?? kind.create(components);
    this.#reads.set(kind.name, read);
    const upstream = kind.upstream(options);
    const reader = new UpstreamReader({
      source,
      enabled,
      read,
      options,
      upstream,
      openInlet: (hooks) =>
        new LogInlet({ ...hooks, source, kind: kind.name, intake: () => intake(stream), clock, random }),
      listener: sourceTelemetry(telemetry, { source, kind: kind.name, stream }),
      clock,
      random,
    });
    this.#running.set(source, { definition, upstream, reader });
    reader.start();
  }

  async #remove(name: string): Promise<void> {
    await this.#running.get(name)?.reader.stop();
    this.#running.delete(name);
  }

  #parse(kind: string, options: unknown): unknown {
    const { data, error } = this.#kind(kind).options.safeParse(options);
    if (error !== undefined) throw invalid(`options of ${kind}: ${z.prettifyError(error)}`);
    return data;
  }

  #kind(name: string): SourceKind {
    const found = this.#options.kinds.find((kind) => kind.name === name);
    if (found !== undefined) return found;
    throw invalid(`expected a kind of ${this.#options.kinds.map((kind) => kind.name).join(", ")}; got ${name}`);
  }
}

interface RunningSource {
  readonly definition: SourceDefinition;
  readonly upstream: string;
  readonly reader: UpstreamReader;
}

function statusOf({ definition, upstream, reader }: RunningSource): SourceStatus {
  const { name, kind, stream, description } = definition;
  return { name, kind, stream, description, upstream, ...reader.status };
}

function sourceTelemetry(
  telemetry: Telemetry,
  labels: { readonly source: string; readonly kind: string; readonly stream: string },
): ReaderListener {
  return {
    connected: (told) => telemetry.emit("source.connected", { ...labels, ...told }),
    interrupted: (told) => telemetry.emit("source.interrupted", { ...labels, ...told }),
    stopped: () => telemetry.emit("source.stopped", labels),
    warned: (told) => telemetry.emit("source.warned", { ...labels, ...told }),
    held: () => telemetry.emit("source.held", labels),
    appended: (appended) => telemetry.emit("source.recordsAppended", { ...labels, ...appended }),
    counted: (counter, by) => telemetry.emit("source.counted", { ...labels, counter, by }),
  };
}

function invalid(message: string): LakehoseError {
  return new LakehoseError("invalid-source", message);
}
