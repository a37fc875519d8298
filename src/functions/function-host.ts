import { join } from "node:path";
import type { Clock } from "../std/clock.ts";
import type { Random } from "../std/random.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { FunctionError, type FunctionInvoker, type FunctionRequest } from "./function-invoker.ts";
import { type FunctionName, parseFunctionName } from "./function-name.ts";
import type { FunctionRunner, Invocation } from "./function-runner.ts";
import type { FunctionTarget } from "./function-target.ts";
import { FunctionFolder } from "./local/function-code.ts";
import { MemoryWatch } from "./local/memory-watch.ts";

/**
 * Finds where a function runs and calls it there. The configuration is asked first, for the ARN, for `NAME:QUALIFIER`,
 * for the name; what it does not name is a folder of that name in the data folder. What runs a function is made at its
 * first call and kept; a folder may come, change and go at any time.
 */
export class FunctionHost implements FunctionInvoker {
  readonly #options: FunctionHostOptions;
  readonly #memoryWatch = new MemoryWatch();
  readonly #runners = new Map<string, Promise<FunctionRunner>>();

  constructor(options: FunctionHostOptions) {
    this.#options = options;
  }

  async invoke({ functionArn, payload, replyBytesMax, code, signal }: FunctionRequest): Promise<Buffer> {
    signal.throwIfAborted();
    const name = parseFunctionName(functionArn);
    const runner = await this.#runnerOf(name);
    const { clock } = this.#options;
    const id = uuid(this.#options.random);
    const invocation: Invocation = {
      id,
      functionArn: this.#arnOf(name),
      ...(name.qualifier !== undefined && { qualifier: name.qualifier }),
      payload,
      replyBytesMax,
      ...(code !== undefined && { code }),
      signal,
    };
    const from = clock.monotonic();
    const told = { function: name.name, target: runner.target, invocationId: id };
    try {
      const reply = await runner.invoke(invocation);
      const sizes = { requestBytes: payload.length, replyBytes: reply.length };
      this.#options.telemetry.emit("function.invoked", { ...told, ...sizes, durationMs: clock.monotonic() - from });
      return reply;
    } catch (error) {
      if (error instanceof FunctionError) {
        const { code, message } = error;
        const durationMs = clock.monotonic() - from;
        this.#options.telemetry.emit("function.invocationFailed", { ...told, code, message, durationMs });
      }
      throw error;
    }
  }

  /** `undefined` also while there is no code that could be run: the next call says why. */
  async codeDigest(functionArn: string): Promise<string | undefined> {
    try {
      const name = parseFunctionName(functionArn);
      const runner = await this.#runnerOf(name);
      return await runner.codeDigest(name.qualifier);
    } catch (error) {
      if (error instanceof FunctionError) return undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const runners = await Promise.allSettled(this.#runners.values());
    await Promise.all(runners.map((runner) => (runner.status === "fulfilled" ? runner.value.close() : undefined)));
  }

  #runnerOf(name: FunctionName): Promise<FunctionRunner> {
    const [key, target] = this.#targetOf(name);
    const known = this.#runners.get(key);
    if (known !== undefined) return known;
    const made = this.#makeRunner(name, target);
    this.#runners.set(key, made);
    return made;
  }

  /** The target and what it is known by: two names of one function share its processes. */
  #targetOf({ given, name, qualifier }: FunctionName): readonly [key: string, target: FunctionTarget] {
    const { targets, directory } = this.#options;
    const keys = [given, ...(qualifier === undefined ? [] : [`${name}:${qualifier}`]), name];
    for (const key of keys) {
      // A function may be called like what every object has of itself (`constructor`).
      const target = Object.hasOwn(targets, key) ? targets[key] : undefined;
      if (target !== undefined) return [`configured ${key}`, target];
    }
    return [`folder ${name}`, { type: "local", folder: join(directory, name), overrides: {} }];
  }

  async #makeRunner({ name }: FunctionName, target: FunctionTarget): Promise<FunctionRunner> {
    const { clock, random, telemetry, environment } = this.#options;
    if (target.type === "url") {
      const { HttpFunction } = await import("./remote/http-function.ts");
      return new HttpFunction(target);
    }
    if (target.type === "lambda") {
      // The client is loaded by those who call AWS, like the one for S3.
      const { LambdaFunction } = await import("./remote/lambda-function.ts");
      return new LambdaFunction(target);
    }
    const { FunctionPool } = await import("./local/function-pool.ts");
    return new FunctionPool({
      functionName: name,
      folder: new FunctionFolder(target.folder, target.overrides),
      environment: async () => environment(),
      clock,
      random,
      telemetry,
      memoryWatch: this.#memoryWatch,
    });
  }

  #arnOf({ given, name, qualifier }: FunctionName): string {
    if (given.startsWith("arn:")) return given;
    const { region, accountId } = this.#options;
    return `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`;
  }
}

export interface FunctionHostOptions {
  /** Where functions are that the configuration does not name: `DIRECTORY/NAME/`. */
  readonly directory: string;
  /** Where functions run, by ARN, `NAME:QUALIFIER` or name. */
  readonly targets: Readonly<Record<string, FunctionTarget>>;
  /** For the ARNs of functions that are called by name. */
  readonly region: string;
  readonly accountId: string;
  /** What handlers find in their environment beside Lambda's own: endpoint, credentials, region. */
  readonly environment: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** Version 4, from the given chance. */
function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
