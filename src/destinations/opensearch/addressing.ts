import type { IdentifiedRecord } from "../../model/identified-records.ts";
import { type ReadRecordText, type RecordTextSpec, recordTextReader } from "../record-text.ts";
import { indexProblem } from "./index-name.ts";
import { type Rotation, rotatedIndex } from "./index-rotation.ts";

/**
 * Which index a record goes to and under which id: the same at every attempt, because it follows from the record, its place in
 * the stream and its arrival alone. So a record that is sent twice is there once.
 */
export interface Address {
  readonly index: string;
  /** Absent: the cluster makes one, and a record that is sent twice is there twice. */
  readonly id?: string;
  /** With ids of the user's, of which a later record replaces an earlier one: what orders them. */
  readonly version?: bigint;
}

export type DocumentIds = "stable" | "none" | RecordTextSpec;

export interface AddressingOptions {
  readonly index: string;
  readonly indexFrom?: RecordTextSpec | undefined;
  readonly rotation: Rotation;
  readonly documentId: DocumentIds;
  /** Whether documents of the user's ids carry versions. */
  readonly versions: boolean;
  /** Of the stream whose records these are, unless they say otherwise. */
  readonly streamUid: string;
}

/** Limit of OpenSearch and Elasticsearch; a longer one fails the whole request. */
const ID_BYTES_MAX = 512;

/** How many records of one millisecond are told apart. */
const VERSION_POSITION_BITS = 20n;

export class Addressing {
  readonly #options: AddressingOptions;
  readonly #readIndex: ReadRecordText | undefined;
  readonly #readId: ReadRecordText | undefined;
  /** Records mostly arrive in the hour of the one before: names are made once. */
  #lastIndex = { base: "", arrivalMs: Number.NaN, name: "" };

  constructor(options: AddressingOptions) {
    this.#options = options;
    this.#readIndex = options.indexFrom && recordTextReader(options.indexFrom);
    this.#readId = typeof options.documentId === "string" ? undefined : recordTextReader(options.documentId);
  }

  /** Or what keeps the record from having an address. */
  of(record: IdentifiedRecord, line: Buffer): Address | { readonly problem: string; readonly index: string } {
    const index = this.#indexOf(record, line);
    if (this.#readIndex !== undefined) {
      const problem = indexProblem(index);
      if (problem !== undefined) return { problem, index };
    }
    if (this.#options.documentId === "none") return { index };
    if (this.#readId === undefined) return { index, id: stableId(record, this.#options.streamUid) };
    const id = this.#readId(line);
    if (id === undefined || id === "") return { problem: "expected a document id in the record, found none", index };
    const bytes = Buffer.byteLength(id);
    if (bytes > ID_BYTES_MAX)
      return { problem: `expected an id of ${ID_BYTES_MAX} bytes at most, got ${bytes}`, index };
    return this.#options.versions ? { index, id, version: versionOf(record) } : { index, id };
  }

  #indexOf({ arrivalMs }: IdentifiedRecord, line: Buffer): string {
    const { index, rotation } = this.#options;
    const base = this.#readIndex?.(line) ?? index;
    if (base === this.#lastIndex.base && arrivalMs === this.#lastIndex.arrivalMs) return this.#lastIndex.name;
    const name = rotatedIndex(base, rotation, arrivalMs);
    this.#lastIndex = { base, arrivalMs, name };
    return name;
  }
}

/** Stream, place in it, and the piece where processors made several records of one. */
function stableId({ streamUid, offset, piece }: IdentifiedRecord, ownUid: string): string {
  const place = `${streamUid ?? ownUid}-${offset}`;
  return piece === 0 ? place : `${place}-${piece}`;
}

/**
 * Arrival first, so that a stream that is made again does not fall behind its predecessor's documents; then the place within
 * the stream. A record that is sent again later, by a retry or a redrive, does not replace one that arrived after it.
 */
function versionOf({ arrivalMs, offset }: IdentifiedRecord): bigint {
  const place = BigInt(offset) & ((1n << VERSION_POSITION_BITS) - 1n);
  return (BigInt(Math.trunc(arrivalMs)) << VERSION_POSITION_BITS) | place;
}
