import { join } from "node:path";
import { READY } from "../references/serve.ts";
import { type Child, startChild } from "./child.ts";

const FOLDER = join(import.meta.dirname, "..", "references");

export interface Reference {
  readonly url: string;
  kill(): Promise<void>;
}

/** `node:http` that throws every body away. */
export function startDiscard(): Promise<Reference> {
  return startReference("discard-server.ts", []);
}

/** JSON.parse, an object a record, one fdatasync a request, into a file below `folder`; and into objects there, if asked to. */
export function startNaive(folder: string, options: { readonly delivers: boolean }): Promise<Reference> {
  return startReference("naive-server.ts", [join(folder, "naive.log"), ...(options.delivers ? [folder] : [])]);
}

/** `node:http` with one file per path below `folder`: a GET streams it, a PUT writes and syncs it. */
export function startStatic(folder: string): Promise<Reference> {
  return startReference("static-server.ts", [folder]);
}

async function startReference(name: string, args: readonly string[]): Promise<Reference> {
  const child: Child = await startChild({ args: [join(FOLDER, name), ...args], ready: READY });
  return { url: child.ready[1] ?? "", kill: () => child.kill() };
}

export interface BareGzip {
  readonly megabytesPerSecond: number;
  /** Bytes in for one byte out. */
  readonly shrinks: number;
}

/** zlib alone, level 1, one core. */
export async function bareGzip(seconds: number): Promise<BareGzip> {
  const ready = /took (\d+) gave (\d+) in ([\d.]+)/;
  const child = await startChild({ args: [join(FOLDER, "bare-gzip.ts"), String(seconds)], ready });
  const [taken = Number.NaN, given = Number.NaN, elapsedSeconds = Number.NaN] = child.ready.slice(1).map(Number);
  await child.kill();
  return { megabytesPerSecond: taken / 1e6 / elapsedSeconds, shrinks: taken / given };
}
