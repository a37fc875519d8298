import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestContext } from "node:test";
import { FunctionHost, type FunctionHostOptions } from "../../src/functions/function-host.ts";
import type { FunctionError } from "../../src/functions/function-invoker.ts";
import { systemClock } from "../../src/std/clock.ts";
import { systemRandom } from "../../src/std/random.ts";
import type { EventCatalogue } from "../../src/telemetry/events.ts";

/** A host over a temporary folder, with what it told; closed and removed after the test. */
export interface FunctionWorld {
  readonly host: FunctionHost;
  readonly directory: string;
  /** Writes the files of a function: name of the file to text; those that begin with `#!` become executable. */
  write(name: string, files: Readonly<Record<string, string>>): void;
  /** Calls a function with a value; resolves to the value that it answers. */
  call(name: string, event: unknown, options?: CallOptions): Promise<unknown>;
  /** What the call was rejected with. */
  failure(name: string, event: unknown, options?: CallOptions): Promise<FunctionError>;
  told<Name extends keyof EventCatalogue>(name: Name): EventCatalogue[Name][];
  /** Lines that functions printed. */
  lines(): string[];
}

export interface CallOptions {
  readonly replyBytesMax?: number;
  /** Digest of the code that the call was planned with. */
  readonly code?: string | undefined;
  readonly signal?: AbortSignal;
}

const REPLY_BYTES_MAX = 10 * 1024 * 1024;

export function functionWorld(t: TestContext, options: Partial<FunctionHostOptions> = {}): FunctionWorld {
  const directory = mkdtempSync(join(tmpdir(), "lakehose-functions-"));
  const events: { readonly name: string; readonly fields: unknown }[] = [];
  const host = new FunctionHost({
    directory,
    targets: {},
    region: "us-east-1",
    accountId: "000000000000",
    environment: () => ({ AWS_ENDPOINT_URL: "http://127.0.0.1:4573" }),
    clock: systemClock,
    random: systemRandom,
    telemetry: { emit: (name, fields) => void events.push({ name, fields }) },
    ...options,
  });
  t.after(async () => {
    await host.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const told: FunctionWorld["told"] = (name) =>
    events.filter((event) => event.name === name).map(({ fields }) => fields as never);
  const invoke = (name: string, event: unknown, { replyBytesMax = REPLY_BYTES_MAX, code, signal }: CallOptions = {}) =>
    host.invoke({
      functionArn: name,
      payload: Buffer.from(JSON.stringify(event)),
      replyBytesMax,
      ...(code !== undefined && { code }),
      signal: signal ?? new AbortController().signal,
    });
  return {
    host,
    directory,
    told,
    lines: () => told("function.outputWritten").map(({ line }) => line),
    call: async (name, event, more) => JSON.parse((await invoke(name, event, more)).toString()),
    failure: (name, event, more) =>
      invoke(name, event, more).then(
        (reply) => Promise.reject(new Error(`expected a failure, got ${reply}`)),
        (error: FunctionError) => error,
      ),
    write: (name, files) => {
      for (const [file, text] of Object.entries(files)) {
        const path = join(directory, name, file);
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
        if (text.startsWith("#!")) chmodSync(path, 0o755);
      }
    },
  };
}

/** Whether a process is there. */
export function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch {
    return false;
  }
}
