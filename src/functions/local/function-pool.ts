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
 * finish what they have and stop then. Streams change their code at a position, which they find out a little later: what
 * they call by the digest of the old code goes on in its processes, as long as there are any, for at most
 * `OLD_CODE_MS_MAX` after the last such call.
 *
 * A process has the code that it is said to have: when files changed while it started, it may have loaded some of each,
 * so it is stopped before its first event.
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
  /** Digests that calls were planned with, and until when processes of that code are kept once there is other code. */
  readonly #planned = new Map<string, number>();
  /** Starts in a row during which files changed. */
  #mixedStarts = 0;
  #look: Promise<FunctionCode> | undefined;
  #lookAgainAt = Number.NEGATIVE_INFINITY;

  constructor(options: FunctionPoolOptions) {
    this.#options = options;
    this.#closing.promise.catch(() => undefined);
  }

  async invoke(invocation: Invocation): Promise<Buffer> {
    await this.#currentCode().catch((error: unknown) => {
      // While somebody puts new code in place, there may be none; the planned one can still run.
      if (!this.#isThere(invocation.code)) throw error;
    });
    if (this.#closed) throw stopped();
    if (this.#waiting.length >= WAITING_MAX) {
      throw new FunctionError("throttled", `Expected at most ${WAITING_MAX} calls to wait; try again later`);
    }
    invocation.signal.throwIfAborted();
    if (invocation.code !== undefined) this.#keepFromNow(invocation.code);
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
    const { clock, folder } = this.#options;
    const from = clock.monotonic();
    const found = await folder.read();
    const to = clock.monotonic();
    // A folder with very many files is looked at so seldom that looking takes a small share of the time.
    this.#lookAgainAt = to + Math.max(LOOK_PERIOD_MS, (to - from) * LOOK_SHARE);
    return this.#adopt(found);
  }

  #adopt(found: FunctionCode): FunctionCode {
    const known = this.#code;
    if (known === undefined || known.digest !== found.digest) this.#code = found;
    if (known !== undefined && known.digest !== found.digest) {
      const { functionName, telemetry } = this.#options;
      telemetry.emit("function.codeChanged", { function: functionName, digest: found.digest });
      if (this.#planned.has(known.digest)) this.#keepFromNow(known.digest);
    }
    this.#retireOldCode();
    return this.#code ?? found;
  }

  #keepFromNow(digest: string): void {
    this.#planned.set(digest, this.#options.clock.monotonic() + OLD_CODE_MS_MAX);
  }

  #retireOldCode(): void {
    const now = this.#options.clock.monotonic();
    for (const [digest, until] of [...this.#planned]) {
      if (digest !== this.#code?.digest && until < now) this.#planned.delete(digest);
    }
    for (const process of [...this.#idle]) if (!this.#isWanted(process.code)) this.#retire(process);
  }

  #isWanted({ digest }: FunctionCode): boolean {
    return digest === this.#code?.digest || this.#planned.has(digest);
  }

  /** Gives events to idle processes, and starts one for each call that finds none. */
  #assign(): void {
    const code = this.#code;
    if (code === undefined) return;
    const wanted = this.#wantedDigests(code);
    for (const waiting of [...this.#waiting]) {
      if (this.#idle.length === 0) break;
      const process = this.#idle.findLast((idle) => idle.idle && idle.code.digest === wanted(waiting));
      if (process === undefined) continue;
      this.#idle.splice(this.#idle.indexOf(process), 1);
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
      process.invoke(waiting.invocation).then(waiting.resolve, waiting.reject);
    }
    if (this.#closed) return;
    const own = [...this.#places].filter(({ code: { digest }, process }) => digest === code.digest && !process?.ending);
    const coming = own.filter((place) => place.starting || place.process?.returning).length;
    const calls = this.#waiting.filter((waiting) => wanted(waiting) === code.digest).length;
    const starts = Math.min(calls - coming, code.settings.concurrency - own.length);
    for (let started = 0; started < starts; started++) this.#start(code);
  }

  /** Which code each call gets: the one that it was planned with if a process of that is there, else the current. */
  #wantedDigests(current: FunctionCode): (waiting: Waiting) => string {
    const there = this.#digestsThere();
    return ({ invocation: { code } }) => (code !== undefined && there.has(code) ? code : current.digest);
  }

  #isThere(code: string | undefined): boolean {
    return code !== undefined && this.#digestsThere().has(code);
  }

  #digestsThere(): ReadonlySet<string> {
    const places = [...this.#places].filter(({ process }) => !process?.ending);
    return new Set(places.map(({ code }) => code.digest));
  }

  #start(code: FunctionCode): void {
    const place: Place = { code, starting: true, process: undefined, gone: Promise.resolve() };
    this.#places.add(place);
    const leave = () => {
      this.#places.delete(place);
      const idle = place.process === undefined ? -1 : this.#idle.indexOf(place.process);
      if (idle !== -1) this.#idle.splice(idle, 1);
      this.#assign();
    };
    place.gone = this.#run(place).then(leave, (error: unknown) => {
      place.starting = false;
      this.#places.delete(place);
      this.#failLongest(code, asFunctionError(error));
      leave();
    });
  }

  /** Code that is not current any more is not started again, so nobody has to pay for it. */
  #failLongest(code: FunctionCode, error: FunctionError): void {
    if (code.digest !== this.#code?.digest) return;
    const wanted = this.#wantedDigests(code);
    const place = this.#waiting.findIndex((waiting) => wanted(waiting) === code.digest);
    if (place !== -1) this.#waiting.splice(place, 1)[0]?.reject(error);
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
      onIdle: (idle) => {
        if (!place.starting) this.#onIdle(idle);
      },
      onUnused: (unused) => this.#retire(unused),
    });
    place.process = process;
    if (this.#closed) process.stop();
    await process.ready;
    const mixed = await this.#isMixed(code);
    place.starting = false;
    if (mixed) this.#retire(process);
    else if (process.idle) this.#onIdle(process);
    await process.ended;
  }

  /** Whether files have changed while a process loaded them. */
  async #isMixed(code: FunctionCode): Promise<boolean> {
    // What is gone by now says nothing about what was loaded.
    const found = await this.#options.folder.read().catch(() => undefined);
    if (found === undefined || found.digest === code.digest) {
      this.#mixedStarts = 0;
      return false;
    }
    if (this.#mixedStarts >= MIXED_STARTS_MAX) return false;
    this.#mixedStarts++;
    this.#adopt(found);
    return true;
  }

  #onIdle(process: FunctionProcess): void {
    if (this.#closed || !this.#isWanted(process.code)) {
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

/** Streams look once a second, want to see the same twice, and finish the read that is under way. */
const OLD_CODE_MS_MAX = 10_000;
/** A function that writes into its own folder when it starts changes at each start; then that is how it is. */
const MIXED_STARTS_MAX = 3;

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
