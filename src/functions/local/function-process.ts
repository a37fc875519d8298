import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { FunctionError, type FunctionErrorCode } from "../function-invoker.ts";
import type { Invocation } from "../function-runner.ts";
import type { FunctionCode } from "./function-code.ts";
import { launchOf } from "./launch.ts";
import type { MemoryWatch } from "./memory-watch.ts";
import { OutputLines } from "./output-lines.ts";
import { signalGroup } from "./process-group.ts";
import { type RuntimeAnswer, RuntimeApi } from "./runtime-api.ts";

/**
 * One process of a function, from its start to its end; works on one event at a time.
 *
 * Constraints: it has so long to ask for its first event, so long for each event, and so long to come back for the next;
 * so much memory; so much to print. Beyond any of them its whole process group is killed: nothing else stops code that
 * does not want to stop. What it worked on is then rejected with the reason. Nothing of it is left once `ended` resolves,
 * except processes that made a session of their own to get away.
 */
export class FunctionProcess {
  readonly code: FunctionCode;
  /** Resolves when it asks for its first event; rejects with a `FunctionError` when it ends before that. */
  readonly ready: Promise<void>;
  /** Resolves when process and group are gone. */
  readonly ended: Promise<void>;
  readonly #options: FunctionProcessOptions;
  readonly #api: RuntimeApi;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #output: OutputLines;
  readonly #becomeReady = Promise.withResolvers<void>();
  readonly #end = Promise.withResolvers<void>();
  #state: "starting" | "idle" | "busy" | "ending" = "starting";
  #task: Task | undefined;
  #invocationId = "";
  /** Ends the wait for whatever the process has to do by a certain time. */
  #limit = new AbortController();
  /** Why it is being killed. */
  #cause: FunctionError | undefined;
  #unwatch: () => void = () => undefined;
  #over = false;

  static async start(options: FunctionProcessOptions): Promise<FunctionProcess> {
    const token = options.random.bytes(16).toString("hex");
    const api = await RuntimeApi.open(token);
    try {
      return new FunctionProcess(options, api, token);
    } catch (error) {
      api.close();
      throw error;
    }
  }

  private constructor(options: FunctionProcessOptions, api: RuntimeApi, token: string) {
    const { code, functionName, telemetry } = options;
    this.code = code;
    this.#options = options;
    this.#api = api;
    this.ready = this.#becomeReady.promise;
    this.ended = this.#end.promise;
    const logStream = `[$LATEST]${options.random.bytes(16).toString("hex")}`;
    const launch = launchOf({ code, functionName, logStream, runtimeApi: api.address, token, world: options.world });
    if (!launch.provesItself) api.trustAnybody();
    api.serve({
      onNext: () => this.#onNext(),
      onLeft: () => this.#onLeft(),
      onAnswer: (answer) => this.#onAnswer(answer),
      onInitError: (message) => this.kill(new FunctionError("function-error", message)),
    });
    this.#child = spawn(launch.command, launch.args, {
      cwd: code.folder,
      env: launch.environment,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#output = new OutputLines((channel, line) => {
      telemetry.emit("function.outputWritten", {
        function: functionName,
        invocationId: this.#invocationId,
        channel,
        line,
      });
    });
    this.#child.stdout.on("data", (piece: Buffer) => this.#output.write("stdout", piece));
    this.#child.stderr.on("data", (piece: Buffer) => this.#output.write("stderr", piece));
    this.#watch(launch.command);
  }

  /** It waits for an event. */
  get idle(): boolean {
    return this.#state === "idle";
  }

  /** It has answered and is about to ask for its next event. */
  get returning(): boolean {
    return this.#state === "busy" && this.#task === undefined;
  }

  get ending(): boolean {
    return this.#state === "ending";
  }

  /** Works on one event. Only while `idle`. `signal` is not looked at: the process goes on with what it has begun. */
  invoke(invocation: Invocation): Promise<Buffer> {
    const { clock, code, random } = this.#options;
    const timeoutMs = code.settings.timeoutSeconds * 1000;
    const task = Promise.withResolvers<Buffer>();
    this.#state = "busy";
    this.#task = task;
    this.#output.begin();
    this.#invocationId = invocation.id;
    this.#api.give({
      id: invocation.id,
      functionArn: invocation.functionArn,
      deadlineMs: clock.now() + timeoutMs,
      traceId: traceId(clock, random),
      payload: invocation.payload,
      replyBytesMax: invocation.replyBytesMax,
    });
    const seconds = code.settings.timeoutSeconds;
    this.#killAfter(timeoutMs, "timeout", `Task timed out after ${seconds.toFixed(2)} seconds`);
    return task.promise;
  }

  /** Asks it to end, then makes it. */
  async stop(): Promise<void> {
    this.#state = "ending";
    this.#limit.abort();
    this.#cause ??= new FunctionError("unreachable", "The function was stopped");
    this.#signal("SIGTERM");
    const patience = new AbortController();
    const grace = this.#options.clock.sleep(STOP_GRACE_MS, patience.signal).then(
      () => this.#signal("SIGKILL"),
      () => undefined,
    );
    await this.ended;
    patience.abort();
    await grace;
  }

  /** Ends it at once; what it works on is rejected with `cause`. */
  kill(cause: FunctionError): void {
    this.#cause ??= cause;
    this.#state = "ending";
    this.#limit.abort();
    this.#settle({ code: cause.code, message: cause.message });
    this.#signal("SIGKILL");
  }

  #watch(command: string): void {
    this.ready.catch(() => undefined);
    const processId = this.#child.pid;
    this.#child.once("error", (error) => this.#onEnd(`${command} could not be started: ${error.message}`));
    this.#child.once("exit", (exitCode, signal) => {
      this.#onEnd(`the process ended with ${signal ?? `exit code ${exitCode}`}`);
    });
    if (processId === undefined) return;
    const { functionName, code, telemetry, memoryWatch } = this.#options;
    const { memoryMb, runtime = code.family } = code.settings;
    this.#unwatch = memoryWatch.watch(processId, memoryMb * BYTES_PER_MB, (bytes) => {
      const took = Math.ceil(bytes / BYTES_PER_MB);
      const message = `Runtime.OutOfMemory: the function may have ${memoryMb} MB and took ${took} MB, so it was killed`;
      this.kill(new FunctionError("function-error", message));
    });
    telemetry.emit("function.processStarted", { function: functionName, processId, runtime });
    const seconds = START_MS_MAX / 1000;
    const message = `Runtime.InitTimeout: the process did not ask for an event within ${seconds} s`;
    this.#killAfter(START_MS_MAX, "function-error", message);
  }

  #onNext(): void {
    if (this.#state === "ending") return;
    const first = this.#state === "starting";
    this.#state = "idle";
    this.#limit.abort();
    this.#output.settle();
    if (first) this.#becomeReady.resolve();
    this.#options.onIdle(this);
    if (this.idle) this.#after(this.#options.idleMs, () => this.#options.onUnused(this));
  }

  /** It does not wait for its next event any more; a client that lost its connection asks again. */
  #onLeft(): void {
    if (this.#state !== "idle") return;
    this.#state = "busy";
    this.#killAfter(RETURN_MS_MAX, "function-error", NO_RETURN);
  }

  #onAnswer(answer: RuntimeAnswer): void {
    if (this.#state === "ending") return;
    this.#settle(answer);
    this.#killAfter(RETURN_MS_MAX, "function-error", NO_RETURN);
  }

  #settle(answer: RuntimeAnswer): void {
    const task = this.#task;
    this.#task = undefined;
    if ("bytes" in answer) task?.resolve(answer.bytes);
    else task?.reject(new FunctionError(answer.code, answer.message));
  }

  #killAfter(ms: number, code: FunctionErrorCode, message: string): void {
    this.#after(ms, () => this.kill(new FunctionError(code, message)));
  }

  /** Acts after `ms`, unless something else is set before that. */
  #after(ms: number, act: () => void): void {
    this.#limit.abort();
    const limit = new AbortController();
    this.#limit = limit;
    this.#options.clock.sleep(ms, limit.signal).then(act, () => undefined);
  }

  async #onEnd(reason: string): Promise<void> {
    if (this.#over) return;
    this.#over = true;
    this.#state = "ending";
    this.#limit.abort();
    this.#unwatch();
    // Whatever it left behind in its group goes with it.
    this.#signal("SIGKILL");
    this.#api.close();
    await this.#drain();
    const cause = this.#cause ?? new FunctionError("function-error", `Runtime.ExitError: ${reason}`);
    this.#output.settle();
    this.#settle({ code: cause.code, message: cause.message });
    this.#becomeReady.reject(cause);
    const { functionName, telemetry } = this.#options;
    const processId = this.#child.pid;
    if (processId !== undefined) {
      telemetry.emit("function.processEnded", { function: functionName, processId, reason: cause.message });
    }
    this.#end.resolve();
  }

  /** Reads what is left in the pipes, whose other ends somebody who got away may hold open. */
  async #drain(): Promise<void> {
    const { stdout, stderr } = this.#child;
    const waiting = new AbortController();
    const closed = [stdout, stderr].map((pipe) =>
      pipe.closed ? Promise.resolve() : new Promise<void>((resolve) => pipe.once("close", resolve)),
    );
    const patience = this.#options.clock.sleep(DRAIN_MS_MAX, waiting.signal).catch(() => undefined);
    await Promise.race([Promise.all(closed), patience]);
    waiting.abort();
    stdout.destroy();
    stderr.destroy();
  }

  #signal(signal: NodeJS.Signals): void {
    if (this.#child.pid !== undefined) signalGroup(this.#child.pid, signal);
  }
}

export interface FunctionProcessOptions {
  readonly code: FunctionCode;
  readonly functionName: string;
  readonly world: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly memoryWatch: MemoryWatch;
  /** After so long without an event it is unused. */
  readonly idleMs: number;
  /** It waits for an event; also when it has just started. */
  onIdle(process: FunctionProcess): void;
  onUnused(process: FunctionProcess): void;
}

interface Task {
  resolve(bytes: Buffer): void;
  reject(error: FunctionError): void;
}

const BYTES_PER_MB = 1024 * 1024;

/** AWS gives a start 10 s; a JVM on a small busy machine takes longer. */
const START_MS_MAX = 60_000;
/** Between an answer and asking for the next event nothing is left to do. */
const RETURN_MS_MAX = 10_000;
const NO_RETURN = "the process did not ask for another event";
/** AWS: 500 ms between SIGTERM and SIGKILL. */
const STOP_GRACE_MS = 500;
/** A process that is gone has its pipes emptied within milliseconds. */
const DRAIN_MS_MAX = 1_000;

/** In AWS X-Ray's format; nobody collects traces here, so none is sampled. */
function traceId(clock: Clock, random: Random): string {
  const seconds = Math.floor(clock.now() / 1000).toString(16);
  const bytes = random.bytes(20).toString("hex");
  return `Root=1-${seconds}-${bytes.slice(0, 24)};Parent=${bytes.slice(24, 40)};Sampled=0`;
}
