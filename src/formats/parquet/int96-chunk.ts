import { DATA_PAGE_HEADER, PAGE_HEADER } from "./footer-fields.ts";
import { int96OfMicros } from "./int96.ts";
import { type PageCodec, pageCodecOf } from "./page-codec.ts";
import type { SchemaLeaf } from "./schema-leaves.ts";
import { readThrift, type ThriftStruct, writeThrift } from "./thrift-compact.ts";

/**
 * A column chunk of timestamps anew, page by page. Pages of the first version look like this, compressed as a whole:
 *
 *     levels   repetitions, then definitions, each with its length (uint32 LE) and only where the column has them
 *     values   those that are not null
 *
 * Of a chunk with a dictionary only the page of the dictionary holds timestamps; the other pages number them.
 */
export async function int96Chunk(
  chunk: Buffer,
  leaf: SchemaLeaf,
  codecNumber: number | undefined,
): Promise<Int96Chunk> {
  const codec = pageCodecOf(codecNumber);
  const parts: Buffer[] = [];
  let firstDataPage = 0;
  let plainBytes = 0;
  let bytes = 0;
  for (let at = 0; at < chunk.length; ) {
    const { struct: header, end } = readThrift(chunk, at);
    at = end + (header.integer(PAGE_HEADER.compressedSize) ?? 0);
    const body = await int96Page(header, chunk.subarray(end, at), leaf, codec);
    const head = writeThrift(header);
    parts.push(head, body);
    bytes += head.length + body.length;
    plainBytes += head.length + (header.integer(PAGE_HEADER.uncompressedSize) ?? 0);
    if (header.integer(PAGE_HEADER.type) === DICTIONARY_PAGE) firstDataPage = bytes;
  }
  return { parts, bytes, plainBytes, firstDataPage };
}

export interface Int96Chunk {
  readonly parts: readonly Buffer[];
  readonly bytes: number;
  /** The same were no page compressed. */
  readonly plainBytes: number;
  /** Place of the first data page: that of a dictionary comes before it. */
  readonly firstDataPage: number;
}

/** Returns the body and changes the header to what goes with it. */
async function int96Page(header: ThriftStruct, packed: Buffer, leaf: SchemaLeaf, codec: PageCodec): Promise<Buffer> {
  const dataHeader = header.struct(PAGE_HEADER.dataPageHeader);
  dataHeader?.remove(DATA_PAGE_HEADER.statistics);
  if (numbersADictionary(header, dataHeader)) return packed;
  const plain = await codec.unpack(packed);
  const valuesStart = dataHeader === undefined ? 0 : levelsEnd(plain, leaf);
  const page = Buffer.concat([plain.subarray(0, valuesStart), int96OfMicros(plain.subarray(valuesStart))]);
  const body = await codec.pack(page);
  header.remove(PAGE_HEADER.checksum);
  header.replaceInteger(PAGE_HEADER.uncompressedSize, page.length);
  header.replaceInteger(PAGE_HEADER.compressedSize, body.length);
  return body;
}

/** Numbers of `PageType`. */
const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;

/** Numbers of `Encoding`. */
const PLAIN = 0;
const PLAIN_DICTIONARY = 2;
const RLE_DICTIONARY = 8;

function numbersADictionary(header: ThriftStruct, dataHeader: ThriftStruct | undefined): boolean {
  const type = header.integer(PAGE_HEADER.type);
  const encoding = dataHeader?.integer(DATA_PAGE_HEADER.encoding);
  if (type === DICTIONARY_PAGE || (type === DATA_PAGE && encoding === PLAIN)) return false;
  if (type === DATA_PAGE && (encoding === PLAIN_DICTIONARY || encoding === RLE_DICTIONARY)) return true;
  throw new Error(`Expected a page of plain timestamps or of a dictionary, got type ${type} in encoding ${encoding}`);
}

function levelsEnd(page: Buffer, { hasRepetitions, hasDefinitions }: SchemaLeaf): number {
  let end = 0;
  if (hasRepetitions) end += LENGTH_BYTES + page.readUInt32LE(end);
  if (hasDefinitions) end += LENGTH_BYTES + page.readUInt32LE(end);
  return end;
}

const LENGTH_BYTES = 4;
