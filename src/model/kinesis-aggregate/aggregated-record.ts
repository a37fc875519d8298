import { createHash } from "node:crypto";
import { ProtobufError, ProtobufReader, WIRE_BYTES, WIRE_VARINT } from "./protobuf-reader.ts";

/**
 * An aggregated record of the Kinesis Producer Library: magic, protobuf, MD5 of the protobuf.
 *
 *     AggregatedRecord { repeated string partition_key_table = 1; repeated string explicit_hash_key_table = 2;
 *                        repeated Record records = 3; }
 *     Record           { uint64 partition_key_index = 1; uint64 explicit_hash_key_index = 2; bytes data = 3;
 *                        repeated Tag tags = 4; }
 */
const MAGIC = Buffer.of(0xf3, 0x89, 0x9a, 0xc2);
const DIGEST_BYTES = 16;

const PARTITION_KEYS = 1;
const RECORDS = 3;
const PARTITION_KEY_INDEX = 1;
const DATA = 3;

export interface UserRecord {
  readonly data: Buffer;
  /** Absent where the aggregate names none. */
  readonly partitionKey?: string | undefined;
}

/** Its user records, in order; `undefined` when this is no aggregate but a record like any other. */
export function userRecordsOf(record: Buffer): readonly UserRecord[] | undefined {
  if (record.length < MAGIC.length + DIGEST_BYTES || !record.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  const message = record.subarray(MAGIC.length, -DIGEST_BYTES);
  const digest = createHash("md5").update(message).digest();
  if (!digest.equals(record.subarray(-DIGEST_BYTES))) return undefined;
  try {
    return readMessage(message);
  } catch (error) {
    if (error instanceof ProtobufError) return undefined;
    throw error;
  }
}

function readMessage(message: Buffer): readonly UserRecord[] {
  const reader = new ProtobufReader(message);
  const partitionKeys: string[] = [];
  const records: PackedUserRecord[] = [];
  while (!reader.isAtEnd) {
    const { field, wireType } = reader.key();
    if (field === RECORDS && wireType === WIRE_BYTES) records.push(readRecord(reader.bytes()));
    else if (field === PARTITION_KEYS && wireType === WIRE_BYTES) partitionKeys.push(reader.bytes().toString());
    else reader.skip(wireType);
  }
  return records.map(({ data, keyIndex }) => ({ data, partitionKey: partitionKeys[keyIndex] }));
}

interface PackedUserRecord {
  readonly data: Buffer;
  readonly keyIndex: number;
}

function readRecord(record: Buffer): PackedUserRecord {
  const reader = new ProtobufReader(record);
  let data: Buffer | undefined;
  let keyIndex = 0;
  while (!reader.isAtEnd) {
    const { field, wireType } = reader.key();
    if (field === DATA && wireType === WIRE_BYTES) data = reader.bytes();
    else if (field === PARTITION_KEY_INDEX && wireType === WIRE_VARINT) keyIndex = reader.varint();
    else reader.skip(wireType);
  }
  if (data === undefined) throw new ProtobufError("Expected a record with data");
  return { data, keyIndex };
}
