import { createHash } from "node:crypto";

/** Aggregated records as the Kinesis Producer Library writes them, built from the bytes up. */

export const MAGIC = Buffer.of(0xf3, 0x89, 0x9a, 0xc2);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  return Buffer.from([...bytes, rest]);
}

export function field(number: number, value: Uint8Array | number): Buffer {
  if (typeof value === "number") return Buffer.concat([varint(number * 8), varint(value)]);
  return Buffer.concat([varint(number * 8 + 2), varint(value.length), value]);
}

/** Tags and all. */
export function messageOf(records: readonly Uint8Array[], partitionKey = "partition key"): Buffer {
  const tag = field(4, Buffer.concat([field(1, Buffer.from("k")), field(2, Buffer.from("v"))]));
  const parts = records.map((data) => field(3, Buffer.concat([field(1, 0), field(2, 300), field(3, data), tag])));
  return Buffer.concat([field(1, Buffer.from(partitionKey)), field(2, Buffer.from("12345")), ...parts]);
}

export function sealed(message: Buffer): Buffer {
  return Buffer.concat([MAGIC, message, createHash("md5").update(message).digest()]);
}

export function aggregate(records: readonly string[], partitionKey?: string): Buffer {
  return sealed(
    messageOf(
      records.map((text) => Buffer.from(text)),
      partitionKey,
    ),
  );
}
