import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { FunctionError } from "../function-invoker.ts";
import type { FunctionRunner, Invocation } from "../function-runner.ts";
import type { FunctionCode, FunctionFolder } from "./function-code.ts";
import { FunctionProcess } from "./function-process.ts";
import type { MemoryWatch } from "./memory-watch.ts";

/**
 * The processes of one local function.
 *
 * Constraints: at most `concurrency` processes of the current code, each with one event at a time; one is started only
 * when a call waits that no idle one can take; those that nobody needs for a while are stopped. Calls wait in the order
 * in which they came. A start that fails costs the call that has waited longest, so that code which cannot start fails
 * each call once and is never started in a loop.
 *
 * The code is looked at before a call, at most once a second. When it has changed, idle processes stop and busy ones
 * finish what they have and stop then.
 */
export class FunctionPool implements FunctionRunner {
  readonly target = "local";
  readonly #options: FunctionPoolOptions;
  /** One for each process, from the decision to start it to its end. */
  readonly #places = new Set<Place>();
  /** Last used last, so that the ones beyond the need are the ones that idle away. */
  readonly #idle: FunctionProcess[] = [];
  readonly #waiting: Waiting[] = [];
  readonly #closing = Promise.withResolvers<never>();
  #closed = false;
  #code: FunctionCode | undefined;
  #look: Promise<FunctionCode> | undefined;
  #lookAgainAt = Number.NEGATIVE_INFINITY;

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
    this.#closing.promise.catch(() => undefined);
  }

  async invoke(invocation: Invocation): Promise<Buffer> {
    await this.#currentCode();
    if (this.#closed) throw stopped();
    if (this.#waiting.length >= WAITING_MAX) {
      throw new FunctionError("throttled", `Expected at most ${WAITING_MAX} calls to wait; try again later`);
    }
    invocation.signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const { signal } = invocation;
      const onAbort = () => {
        const place = this.#waiting.indexOf(waiting);
        if (place !== -1) this.#waiting.splice(place, 1);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        invocation,
        resolve: (bytes) => {
          signal.removeEventListener("abort", onAbort);
          resolve(bytes);
        },
        reject: (error) => {
          signal.removeEventListener("abort", onAbort);
          reject(error);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiting);
      this.#assign();
    });
  }

  async codeDigest(): Promise<string> {
    return (await this.#currentCode()).digest;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#closing.reject(stopped());
    for (const { reject } of this.#waiting.splice(0)) reject(stopped());
    for (const { process } of this.#places) process?.stop();
    await Promise.all([...this.#places].map(({ gone }) => gone));
  }

  #currentCode(): Promise<FunctionCode> {
    if (this.#look !== undefined) return this.#look;
    if (this.#code !== undefined && this.#options.clock.monotonic() < this.#lookAgainAt) {
      return Promise.resolve(this.#code);
    }
    this.#look = this.#lookAtCode().finally(() => {
      this.#look = undefined;
    });
    return this.#look;
  }

  async #lookAtCode(): Promise<FunctionCode> {
    const { clock, folder, functionName, telemetry } = this.#options;
    const from = clock.monotonic();
    const found = await folder.read();
    const to = clock.monotonic();
    // A folder with very many files is looked at so seldom that looking takes a small share of the time.
    this.#lookAgainAt = to + Math.max(LOOK_PERIOD_MS, (to - from) * LOOK_SHARE);
    const known = this.#code;
    if (known?.digest === found.digest) return known;
    this.#code = found;
    if (known === undefined) return found;
    telemetry.emit("function.codeChanged", { function: functionName, digest: found.digest });
    for (const process of this.#idle.splice(0)) this.#retire(process);
    return found;
  }

  /** Gives events to idle processes, and starts one for each call that finds none. */
  #assign(): void {
    while (this.#waiting.length > 0) {
      const process = this.#idle.pop();
      if (process === undefined) break;
      // One that is about to end is still in the list for a moment.
      if (!process.idle) continue;
      const waiting = this.#waiting.shift();
      if (waiting !== undefined) process.invoke(waiting.invocation).then(waiting.resolve, waiting.reject);
    }
    const code = this.#code;
    if (code === undefined || this.#closed) return;
    const places = [...this.#places];
    const coming = places.filter((place) => place.starting || place.process?.returning).length;
    const current = places.filter((place) => place.code === code && !place.process?.ending).length;
    const wanted = Math.min(this.#waiting.length - coming, code.settings.concurrency - current);
    for (let started = 0; started < wanted; started++) this.#start(code);
  }

  #start(code: FunctionCode): void {
    const place: Place = { code, starting: true, process: undefined, gone: Promise.resolve() };
    this.#places.add(place);
    const leave = () => {
      this.#places.delete(place);
      this.#assign();
    };
    place.gone = this.#run(place).then(leave, (error: unknown) => {
      place.starting = false;
      this.#waiting.shift()?.reject(asFunctionError(error));
      leave();
    });
  }

  /** A process from start to end. Rejects when it never asked for an event. */
  async #run(place: Place): Promise<void> {
    const { functionName, environment, clock, random, telemetry, memoryWatch, idleMs = IDLE_MS_MAX } = this.#options;
    const { code } = place;
    const world = await Promise.race([environment(), this.#closing.promise]);
    const process = await FunctionProcess.start({
      code,
      functionName,
      world,
      clock,
      random,
      telemetry,
      memoryWatch,
      idleMs,
      onIdle: (idle) => this.#onIdle(idle),
      onUnused: (unused) => this.#retire(unused),
    });
    place.process = process;
    if (this.#closed) process.stop();
    await process.ready.finally(() => {
      place.starting = false;
    });
    await process.ended;
  }

  #onIdle(process: FunctionProcess): void {
    if (process.code !== this.#code || this.#closed) {
      this.#retire(process);
    } else {
      this.#idle.push(process);
      this.#assign();
    }
  }

  /** Nobody waits for its end here: its place is taken until then, and `close` waits for all places. */
  #retire(process: FunctionProcess): void {
    const place = this.#idle.indexOf(process);
    if (place !== -1) this.#idle.splice(place, 1);
    process.stop();
  }
}

/** A process, or the intention to start one. */
interface Place {
  readonly code: FunctionCode;
  /** Until it has asked for its first event. */
  starting: boolean;
  process: FunctionProcess | undefined;
  /** Resolves when nothing is left of it. */
  gone: Promise<void>;
}

export interface FunctionPoolOptions {
  readonly functionName: string;
  readonly folder: FunctionFolder;
  /** Endpoint, credentials and region that handlers find; asked for at each start of a process. */
  readonly environment: () => Promise<Readonly<Record<string, string>>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly memoryWatch: MemoryWatch;
  /** Default 5 minutes. */
  readonly idleMs?: number;
}

interface Waiting {
  readonly invocation: Invocation;
  resolve(bytes: Buffer): void;
  reject(error: unknown): void;
}

/** Callers wait for their answers, so more than this is somebody who does not. */
const WAITING_MAX = 1000;

/** Lambda keeps an idle environment for some minutes, too; a start costs a fraction of a second. */
const IDLE_MS_MAX = 300_000;

const LOOK_PERIOD_MS = 1000;
/** Looking at the code takes at most a twentieth of the time. */
const LOOK_SHARE = 19;

function stopped(): FunctionError {
  return new FunctionError("unreachable", "Functions are being stopped; nothing is called any more");
}

function asFunctionError(error: unknown): FunctionError {
  if (error instanceof FunctionError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new FunctionError("function-error", `The function could not be started: ${reason}`, { cause: error });
}
