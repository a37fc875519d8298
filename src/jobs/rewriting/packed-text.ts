import { crc32 } from "node:zlib";
import type { Compressor } from "../../formats/compression/compressor.ts";
import { decompress, type ReadableCompression } from "../../formats/compression/decompress.ts";
import { compressions } from "../../formats/compression/registry.ts";
import { DRAIN_BYTES } from "../../formats/format.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { LakehoseError } from "../../model/errors.ts";
import { invariant } from "../../std/assert.ts";
import type { Disk } from "../../std/disk.ts";
import type { ObjectBody } from "../../storage/object-store.ts";
import { bodyPieces, ScratchObject } from "./scratch-object.ts";
import { type TextReader, textLines } from "./text-lines.ts";

export interface PackedFile {
  readonly body: ObjectBody;
  readonly compression: CompressionType;
  readonly lines: number;
}

/** What is not written again becomes gzip: archives, which readers of tables do not know, and what others have written. */
const WRITTEN_AS: ReadonlyMap<ReadableCompression, CompressionType> = new Map(
  (["gzip", "hadoop-snappy", "none", "snappy", "zstd"] as const).map((type) => [type, type]),
);

/** gzip's own default: a file that is written once and read often is worth the time (deliveries use 1). */
const GZIP_LEVEL = 6;

/**
 * Plain text into a packed file, under the compression of the first file that goes in. What comes out is read again before
 * anybody hears of it.
 */
export class PackedText {
  readonly #object: ScratchObject;
  #compression: CompressionType | undefined;
  #compressor: Compressor | undefined;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  #plainChecksum = 0;

  static async create(disk: Disk, path: string): Promise<PackedText> {
    return new PackedText(await ScratchObject.create(disk, path));
  }

  private constructor(object: ScratchObject) {
    this.#object = object;
  }

  get #type(): CompressionType {
    return this.#compression ?? "none";
  }

  packAs(type: ReadableCompression): void {
    this.#compression ??= WRITTEN_AS.get(type) ?? "gzip";
  }

  async write(pieces: readonly Buffer[]): Promise<void> {
    for (const piece of pieces) {
      this.#plainChecksum = crc32(piece, this.#plainChecksum);
      this.#waiting.push(piece);
      this.#waitingBytes += piece.length;
      if (this.#waitingBytes >= DRAIN_BYTES) await this.#drain();
    }
  }

  /** Rejects when the file does not hold what went in. `lines` are those that are found in it. */
  async finish(disk: Disk, reader: TextReader): Promise<PackedFile> {
    await this.#drain();
    await this.#object.write(await this.#open().end());
    const body = await this.#object.finish(disk);
    const { lines, checksum } = await readAgain(body, reader);
    if (checksum !== this.#plainChecksum) throw notWhatWentIn(body);
    return { body, compression: this.#type, lines };
  }

  discard(): Promise<void> {
    return this.#object.close();
  }

  async #drain(): Promise<void> {
    const chunk = Buffer.concat(this.#waiting.splice(0), this.#waitingBytes);
    this.#waitingBytes = 0;
    if (chunk.length > 0) await this.#object.write(await this.#open().write(chunk));
  }

  #open(): Compressor {
    const type = this.#type;
    const spec = type === "gzip" ? { type, level: GZIP_LEVEL } : { type };
    // Only archives need a seed, for the name of their entry, and none is written.
    this.#compressor ??= compressions[type].open(spec, "");
    return this.#compressor;
  }
}

async function readAgain(body: ObjectBody, reader: TextReader): Promise<{ lines: number; checksum: number }> {
  const lines = textLines(reader);
  let checksum = 0;
  for await (const chunk of decompress(bodyPieces(body), { outputBytesMax: Number.POSITIVE_INFINITY })) {
    checksum = crc32(chunk, checksum);
    lines.push(chunk);
  }
  invariant(lines.isComplete, "a new file ends with a whole record");
  return { lines: lines.lines, checksum };
}

function notWhatWentIn({ file }: ObjectBody): LakehoseError {
  const message = `The new file ${file} does not hold the bytes that went in; nothing was replaced. Look for a fault of the disk or of memory`;
  return new LakehoseError("rewrite-failed", message);
}
