import { decompress, type ReadableCompression } from "../../formats/compression/decompress.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { StoredFile } from "../../query/engine/location.ts";
import type { Disk } from "../../std/disk.ts";
import { type ObjectBody, ObjectStoreError } from "../../storage/object-store.ts";
import { FileLeftAlone } from "./file-left-alone.ts";
import { PackedText } from "./packed-text.ts";
import { type OpenedFile, readAhead } from "./read-ahead.ts";
import { headerLinesOf, type TextLines, type TextReader, textLines, withoutByteOrderMark } from "./text-lines.ts";

/**
 * Text files one after another as one file: unpacked, each ended by a line feed, packed as the first of them was. Nothing is
 * parsed beyond where records begin and end, so that what is no record of the table stays what it is, too.
 *
 * Gzip members could be put behind one another as they are; they are packed anew all the same. Members of a few kilobytes
 * are packed badly and read slowly (measured in docs/guides/compaction.md), and where a file ends without a line feed the
 * next one would continue its last record.
 *
 * A file that leaves something open at its end (half an object, a quote) would swallow the beginning of the next one: it is
 * left alone. The file that comes out is read again before anybody hears of it: its lines and the CRC-32 of its plain bytes
 * have to be what went in.
 */
export interface JoinTextOptions {
  readonly reader: TextReader;
  readonly disk: Disk;
  /** Where the joined file is made. */
  readonly path: string;
  /** A small file may claim to be gigabytes. */
  readonly plainBytesMax: number;
  readonly signal: AbortSignal;
  /** Told after each file. */
  readonly onFile?: () => void;
}

export interface JoinedText {
  readonly body: ObjectBody;
  readonly compression: CompressionType;
  /** Lines that the files had, and lines that were found in the joined one. */
  readonly linesIn: number;
  readonly linesOut: number;
}

/** A file up to this size is looked at as a whole before its first byte is written, so that a broken one costs nothing. */
const HELD_BYTES_MAX = 16 * 1024 * 1024;

/** Rejects with `FileLeftAlone` for a file that must not be a part of it, and with `ObjectStoreError`. */
export async function joinText(files: readonly StoredFile[], options: JoinTextOptions): Promise<JoinedText> {
  const { disk, path, reader, plainBytesMax, signal } = options;
  const output = await PackedText.create(disk, path);
  try {
    let linesIn = 0;
    for await (const opened of readAhead(files)) {
      const isFirst = opened.file === files[0];
      const skippedLines = isFirst ? 0 : headerLinesOf(reader);
      const lines = textLines(reader);
      await copyLines(opened, lines, output, { skippedLines, plainBytesMax, signal });
      linesIn += lines.lines - Math.min(skippedLines, lines.lines);
      options.onFile?.();
    }
    const { body, compression, lines: linesOut } = await output.finish(disk, reader);
    return { body, compression, linesIn, linesOut };
  } catch (error) {
    await output.discard();
    throw error;
  }
}

interface CopyOptions {
  readonly skippedLines: number;
  readonly plainBytesMax: number;
  readonly signal: AbortSignal;
}

async function copyLines(
  opened: OpenedFile,
  lines: TextLines,
  output: PackedText,
  options: CopyOptions,
): Promise<void> {
  const held: Buffer[] = [];
  let heldBytes = 0;
  const header = new HeaderLines(options.skippedLines);
  for await (const chunk of plainChunks(opened, output, options)) {
    const pieces = header.without(lines.push(chunk));
    held.push(...pieces);
    heldBytes += pieces.reduce((sum, { length }) => sum + length, 0);
    if (heldBytes <= HELD_BYTES_MAX) continue;
    await output.write(held.splice(0));
    heldBytes = 0;
  }
  if (!lines.isComplete) {
    throw new FileLeftAlone(
      nameOf(opened.file),
      "it ends in the middle of a record, and the next file would continue it",
    );
  }
  await output.write([...held, ...header.without(lines.end())]);
}

/** The content of a file, for an output that takes over its compression. */
export async function* plainChunks(
  { file, packed }: OpenedFile,
  output: PackedText,
  { plainBytesMax, signal }: { readonly plainBytesMax: number; readonly signal: AbortSignal },
): AsyncGenerator<Buffer> {
  const onDetected = (type: ReadableCompression) => output.packAs(type);
  try {
    for await (const chunk of withoutByteOrderMark(decompress(packed, { outputBytesMax: plainBytesMax, onDetected }))) {
      signal.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    // What cannot be unpacked is a matter of this file; what the store says is not.
    if (!(error instanceof LakehoseError) || error instanceof ObjectStoreError) throw error;
    throw new FileLeftAlone(nameOf(file), error.message, { cause: error });
  }
}

/** The first lines of a file that is not the first: only one header is wanted. */
class HeaderLines {
  #left: number;

  constructor(lines: number) {
    this.#left = lines;
  }

  without(pieces: readonly Buffer[]): readonly Buffer[] {
    return this.#left === 0 ? pieces : pieces.flatMap((piece) => this.#rest(piece));
  }

  #rest(piece: Buffer): Buffer[] {
    let from = 0;
    while (this.#left > 0) {
      const end = piece.indexOf("\n", from);
      if (end === -1) return [];
      from = end + 1;
      this.#left--;
    }
    return from === piece.length ? [] : [piece.subarray(from)];
  }
}

export function nameOf({ bucket, object }: StoredFile): { readonly bucket: string; readonly key: string } {
  return { bucket, key: object.key };
}
