import type { Transform } from "node:stream";
import { LakehoseError } from "../../model/errors.ts";
import type { ByteSource } from "./byte-source.ts";

/** Plain bytes that leave a native stream at a time: bounds how far a bomb gets before somebody counts. */
export const NATIVE_OUTPUT_BYTES = 64 * 1024;

/** A decompressing stream of `node:zlib`; `bytesWritten` counts the input that it has used. */
export type NativeStream = Transform & { readonly bytesWritten: number };

/**
 * Yields what a native stream makes of the source up to the end of its compressed stream, and leaves the source at the
 * first byte behind that, whatever follows: the runtime's own readers drop or stumble over it.
 */
export async function* readNative(stream: NativeStream, source: ByteSource): AsyncGenerator<Buffer, void> {
  const feeding = feed(source, stream).catch((error) => {
    stream.destroy(error);
  });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield chunk;
  } catch (cause) {
    throw isFormatError(cause) ? damaged(source, "an intact compressed stream", cause) : cause;
  } finally {
    stream.destroy();
  }
  await feeding;
}

export function damaged(source: ByteSource, expected: string, cause?: unknown): LakehoseError {
  return new LakehoseError("damaged-object", `Expected ${expected} before byte ${source.position}`, { cause });
}

/** Gives chunk after chunk to the stream until it has seen its last block, then puts back what it did not use. */
async function feed(source: ByteSource, stream: NativeStream): Promise<void> {
  let given = 0;
  for (;;) {
    const chunk = await source.takeChunk();
    if (chunk === undefined) break;
    await write(stream, chunk);
    given += chunk.length;
    if (stream.bytesWritten < given) {
      source.putBack(chunk.subarray(chunk.length - (given - stream.bytesWritten)));
      break;
    }
  }
  if (!stream.destroyed) stream.end();
}

/** Resolves when the stream has used what it can of the chunk, or is gone. */
function write(stream: NativeStream, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("close", done);
      resolve();
    };
    stream.once("close", done);
    stream.write(chunk, done);
  });
}

/** zlib's codes begin with `Z_`, those of Zstandard with `ZSTD_`. */
function isFormatError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^Z(STD)?_/.test(String(error.code));
}
