import type { z } from "zod";
import type { CompressionSpec, CompressionType } from "../model/delivery-definition.ts";
import type { RecordIdentities } from "../model/identified-records.ts";
import type { PackedRecords } from "../model/records.ts";
import type { JsonObject } from "../std/json.ts";

/**
 * A format turns records into the bytes of one object. It is a stranger to destinations and never touches a file: bytes
 * leave through a `ByteSink`. All randomness inside an object comes from `seed` and no encoder reads a clock, so that the
 * same records under the same calls give the same bytes.
 */
export interface Format {
  readonly type: string;
  /** One sentence for the reference page. */
  readonly summary: string;
  readonly contentType: string;
  /** Checks `EncoderOptions.options`; reference page and console form derive from it. */
  readonly optionsSchema: z.ZodType;
  /** Compressions of the stream that it can be written under; absent = all of them. */
  readonly compressions?: readonly CompressionType[];
  /** Whether its encoders may refuse records: then their places are remembered until the object is finished. */
  readonly rejects: boolean;
  /**
   * Formats that learn their schema from the records: the options that can hold these records too, or `undefined` when
   * the present ones can. The change becomes a plan, and objects that are open under the old one are handed on.
   */
  learn?(options: JsonObject, records: PackedRecords): JsonObject | undefined;
  /** Of the object, compression included: `.gz`, `.parquet`, or empty. */
  extension(compression: CompressionSpec): string;
  contentEncoding(compression: CompressionSpec): string | undefined;
  open(options: EncoderOptions): ParcelEncoder;
}

export interface EncoderOptions {
  /** The format's own options, checked by its schema. */
  readonly options: JsonObject;
  readonly compression: CompressionSpec;
  /** Fixed for the parcel before its first record: the source of all chance inside the object. */
  readonly seed: string;
  readonly sink: ByteSink;
  /** For encoders that need files of their own while they work. */
  readonly scratch: Scratch;
}

/** Room on the real file system. Encoders remove their files with `finish`; the next start removes what a dead process left. */
export interface Scratch {
  /** The path of a file that does not exist yet, in a folder that does. Each call gives another one. */
  path(name: string): Promise<string>;
}

/**
 * One object in the making. `add` only gathers; the owner calls `drain` when `heldBytes` has grown past
 * `DRAIN_BYTES` or when memory is short, and `finish` once at the end. Calls do not overlap, except that `add` may be
 * called while a `drain` is under way.
 */
export interface ParcelEncoder {
  /** Record bytes in memory that are not encoded yet. */
  readonly heldBytes: number;
  /** Native memory that stays taken until `finish`; a sum of these is bounded by handing objects on early. */
  readonly nativeBytes: number;
  /** Bytes given to the sink so far. */
  readonly encodedBytes: number;
  /**
   * Copies what it keeps: the caller uses the memory of the records again. `arrivalsMs` is when Lakehose accepted them, all
   * or each, and `identities` who they are, for formats that write it down.
   */
  add(records: PackedRecords, arrivalsMs?: number | readonly number[], identities?: RecordIdentities): void;
  drain(): Promise<void>;
  /** Drains, closes the format, frees what it took of the scratch folder, and reports the records that could not be encoded. */
  finish(): Promise<EncodeReport>;
}

export interface EncodeReport {
  readonly rejects: readonly EncodeReject[];
}

export interface EncodeReject {
  /** Position of the record in the order of `add`, from 0. */
  readonly index: number;
  /** The record as it was added. */
  readonly bytes: Buffer;
  readonly code: string;
  readonly message: string;
}

export interface ByteSink {
  /**
   * Takes bytes in order. Resolves when more may come and the chunks are needed no more: their memory is used again. `crc`
   * is the CRC-32 of all chunks together, where the encoder has it.
   */
  write(chunks: readonly Buffer[], crc?: number): Promise<void>;
}

/** How much an encoder gathers before it is worth a hop to the thread pool (256 KiB: experiments.md 4, 10). */
export const DRAIN_BYTES = 256 * 1024;
