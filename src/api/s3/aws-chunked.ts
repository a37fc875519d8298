import { createHash } from "node:crypto";
import type { ChunkSignatures } from "../protocol/sigv4-chunks.ts";
import { S3Error } from "./s3-error.ts";

export interface ChunkedOptions {
  /** Checks the signatures of chunks and trailer, where the body carries them and the server asks for any. */
  readonly signatures?: ChunkSignatures | undefined;
  /** Names (lower case) and values of the trailer go here, once its signature is right. */
  readonly trailers: Map<string, string>;
}

/** A chunk's size and its signature; trailers hold a name and a digest. */
const LINE_BYTES_MAX = 1024;
const TRAILERS_MAX = 16;

/**
 * The body inside an aws-chunked one (Amazon S3, "Signature calculations: transferring a payload in multiple chunks"):
 *
 *     size in hex [;chunk-signature=64 hex digits] CR LF, bytes, CR LF     any number of times
 *     0 [;chunk-signature=...] CR LF                                       the end
 *     name:value CR LF ... [x-amz-trailer-signature:64 hex digits CR LF]   the trailer
 *     CR LF
 */
export async function* decodeChunks(source: AsyncIterable<Buffer>, options: ChunkedOptions): AsyncGenerator<Buffer> {
  const reader = new PieceReader(source);
  try {
    for (;;) {
      const { bytes, signature } = parseHead(await reader.line());
      const digest = options.signatures === undefined ? undefined : createHash("sha256");
      for (let left = bytes; left > 0; ) {
        const piece = await reader.piece(left);
        digest?.update(piece);
        left -= piece.length;
        yield piece;
      }
      if (digest !== undefined) options.signatures?.checkChunk(digest.digest("hex"), signature);
      if (bytes === 0) break;
      if ((await reader.line()) !== "") throw broken("a chunk that is longer than it says");
    }
    await readTrailers(reader, options);
  } finally {
    await reader.close();
  }
}

function parseHead(line: string): { readonly bytes: number; readonly signature: string } {
  const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (match === null) throw broken("a chunk that does not begin with its size");
  return { bytes: Number.parseInt(match[1] ?? "", 16), signature: match[2] ?? "" };
}

async function readTrailers(reader: PieceReader, { signatures, trailers }: ChunkedOptions): Promise<void> {
  let lines = "";
  const found = new Map<string, string>();
  for (let line = await reader.line(); line !== ""; line = await reader.line()) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    const value = line.slice(colon + 1).trim();
    if (colon <= 0 || found.size >= TRAILERS_MAX) throw broken("a trailer that is no list of names and values");
    if (name !== "x-amz-trailer-signature") {
      lines += `${name}:${value}\n`;
      found.set(name, value);
    } else signatures?.checkTrailer(lines, value);
    if (name === "x-amz-trailer-signature") lines = "";
  }
  if (signatures !== undefined && lines !== "") throw broken("a trailer without its signature");
  for (const [name, value] of found) trailers.set(name, value);
}

/** Lines and pieces out of a stream, of which no more is held than came at a time. */
class PieceReader {
  readonly #source: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Without its CR LF. At the end of the stream: what is left, which is nothing for bodies that leave out the last CR LF. */
  async line(): Promise<string> {
    for (;;) {
      const end = this.#rest.indexOf("\r\n");
      if (end > LINE_BYTES_MAX || (end < 0 && this.#rest.length > LINE_BYTES_MAX))
        throw broken("a line without an end");
      if (end >= 0 || this.#ended) {
        const line = this.#rest.toString("latin1", 0, end < 0 ? this.#rest.length : end);
        this.#rest = this.#rest.subarray(end < 0 ? this.#rest.length : end + 2);
        return line;
      }
      await this.#more();
    }
  }

  /** At least one byte and at most so many. */
  async piece(bytesMax: number): Promise<Buffer> {
    while (this.#rest.length === 0) {
      if (this.#ended) throw broken("no last chunk");
      await this.#more();
    }
    const piece = this.#rest.subarray(0, bytesMax);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /** Reads what is left, so that the connection can be used again. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #more(): Promise<void> {
    const next = await this.#source.next();
    if (next.done) this.#ended = true;
    else this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
  }
}

function broken(found: string): S3Error {
  return new S3Error("IncompleteBody", `The body is not aws-chunked, as its headers say: found ${found}`);
}
