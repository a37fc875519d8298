import { createRequire } from "node:module";
import type { ByteSource } from "./byte-source.ts";
import { damaged } from "./native-reader.ts";

/** Plain bytes of a bzip2 file of one stream or several, as pbzip2 and Hadoop write them. */
export async function* readBzip2(source: ByteSource): AsyncGenerator<Buffer> {
  const decoder = openDecoder();
  const plain: Buffer[] = [];
  let failure: Error | undefined;
  decoder.on("data", (bytes: Buffer) => plain.push(bytes));
  decoder.on("error", (error: Error) => {
    failure = error;
  });
  for (let ended = false; !ended; ) {
    const chunk = await source.take(PIECE_BYTES);
    if (chunk.length > 0) decoder.write(chunk);
    ended = chunk.length < PIECE_BYTES;
    if (ended && failure === undefined) decoder.end();
    // Blocks before the damaged one are as good as ever.
    yield* plain.splice(0);
    if (failure !== undefined) throw damaged(source, "an intact block of bzip2", failure);
  }
}

/** What the decoder is given at a time: it unpacks at once what it has got, a block of up to 900 kB and all before it. */
const PIECE_BYTES = 16 * 1024;

/** The part of the library that is used here; it hands on each block as soon as it has all of its bytes. */
interface Decoder {
  on(event: "data", take: (bytes: Buffer) => void): void;
  on(event: "error", take: (error: Error) => void): void;
  write(bytes: Buffer): void;
  end(): void;
}

/** Loaded with its first use, as the other libraries are. */
function openDecoder(): Decoder {
  const open: () => Decoder = require("unbzip2-stream");
  return open();
}

const require = createRequire(import.meta.url);
