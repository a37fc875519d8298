import { crc32, createInflateRaw, type InflateRaw } from "node:zlib";
import { LakehoseError } from "../../model/errors.ts";
import type { ByteSource } from "./byte-source.ts";

export interface Inflated {
  readonly crc: number;
  readonly bytes: number;
  readonly packedBytes: number;
}

/** Plain bytes that leave zlib at a time: bounds how far a bomb gets before somebody counts. */
const OUTPUT_BYTES = 64 * 1024;

/**
 * Yields the plain bytes of one raw deflate stream and leaves the source at the first byte behind it, whatever follows.
 * zlib's own gzip reader goes on by itself and stumbles over what stands between members.
 */
export async function* inflate(source: ByteSource): AsyncGenerator<Buffer, Inflated> {
  const stream = createInflateRaw({ chunkSize: OUTPUT_BYTES });
  const start = source.position;
  const feeding = feed(source, stream).catch((error) => {
    stream.destroy(error);
  });
  let crc = 0;
  let bytes = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      crc = crc32(chunk, crc);
      bytes += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    throw isZlibError(cause) ? damaged(source, cause) : cause;
  } finally {
    stream.destroy();
  }
  await feeding;
  return { crc, bytes, packedBytes: source.position - start };
}

/** Gives chunk after chunk to the stream until it has seen its last block, then puts back what it did not use. */
async function feed(source: ByteSource, stream: InflateRaw): Promise<void> {
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
function write(stream: InflateRaw, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("close", done);
      resolve();
    };
    stream.once("close", done);
    stream.write(chunk, done);
  });
}

function isZlibError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("Z_");
}

function damaged(source: ByteSource, cause: unknown): LakehoseError {
  return new LakehoseError(
    "damaged-object",
    `Expected a deflate stream before byte ${source.position}, it is damaged`,
    {
      cause,
    },
  );
}
