import type { z } from "zod";
import type { Secret } from "../model/secret.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Inlet } from "./inlet.ts";

/** One kind of upstream: a folder and a line in the registry. */
export interface SourceKind<Options = unknown> {
  /** What definitions call it: "rabbitmq", "kafka". */
  readonly name: string;
  /** One sentence for the reference page. */
  readonly description: string;
  /** What a crash or a lost connection costs, one sentence for the reference page: exactly once by what, or why not. */
  readonly guarantee: string;
  /** Descriptions, units, limits, defaults and an example (`.meta({ examples })`): the reference page derives from it. */
  readonly options: z.ZodType<Options>;
  /** What is read from, for people: address and queue, never a secret. */
  upstream(options: Options): string;
  /** Called once, when the server starts; loads its client library with the first run, for most servers have no source. */
  create(components: SourceComponents): ReadUpstream<Options>;
}

/**
 * Reads from the upstream into the log until `run.signal` is aborted. Acknowledges upstream only what the inlet has made
 * durable. Rejects with whatever keeps it from reading (a connection that is lost, a queue that is not there, credentials
 * that are refused), with a message that says what to do: it is called again after a wait that grows, for as long as it takes.
 *
 * Ends soon after the signal is aborted, resolved or rejected. What it has read and not appended by then is read again.
 */
export type ReadUpstream<Options> = (options: Options, run: SourceRun) => Promise<void>;

/** What one attempt to read knows of itself. */
export interface SourceRun {
  readonly source: string;
  readonly signal: AbortSignal;
  readonly inlet: Inlet;
  /**
   * Says that the upstream answers and reading has begun. Once something is read, or half a minute later, the waits before
   * the next attempts are short again.
   */
  connected(): void;
  /** Adds to a counter of the kind's own: `receiveCalls`, `emptyReceives`. Cheap. */
  count(counter: string, by?: number): void;
  /** How things stand, unit last: `millisBehindLatest`, `recordsLagMax`, `messagesUnacknowledged`. Cheap. */
  measure(measure: string, value: number): void;
  /** Something that a person should know and that stops nothing: a message that cannot be taken, a shard that is gone. */
  warn(code: string, message: string): void;
}

/** What kinds of sources may use of the world. */
export interface SourceComponents {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** A secret of the definition, read anew with each connection. Throws an `Error` that says where it was looked for. */
  readonly readSecret: (secret: Secret) => string;
  /** Relative paths in definitions are relative to this folder: that of the configuration file. */
  readonly folder: string;
}

/** Forgets what the options are, for the registry: whoever runs a source puts them through the kind's own schema first. */
export function anySourceKind<Options>(kind: SourceKind<Options>): SourceKind {
  return kind as SourceKind;
}
