import { createReadStream } from "node:fs";
import type { Readable } from "node:stream";
import { CliError } from "./cli-error.ts";

/** The bytes of a file, or of standard input for `-`. A file that cannot be read fails in one sentence. */
export async function* openInput(file: string, stdin: Readable): AsyncGenerator<Uint8Array> {
  if (file === "-") {
    yield* stdin;
    return;
  }
  try {
    yield* createReadStream(file);
  } catch (error) {
    throw new CliError(`Cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}
