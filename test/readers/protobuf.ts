/** Fields of a Protocol Buffers message by number: numbers as `bigint`, everything else as bytes. */
export type Fields = ReadonlyMap<number, readonly (bigint | Buffer)[]>;

export function readProtobuf(bytes: Buffer): Fields {
  const fields = new Map<number, (bigint | Buffer)[]>();
  for (let at = 0; at < bytes.length; ) {
    const [tag, behindTag] = readVarint(bytes, at);
    const number = Number(tag >> 3n);
    const values = fields.get(number) ?? [];
    fields.set(number, values);
    const [first, behindFirst] = (tag & 7n) === 1n ? [8n, behindTag] : readVarint(bytes, behindTag);
    if ((tag & 7n) === 0n) {
      values.push(first);
      at = behindFirst;
    } else {
      values.push(bytes.subarray(behindFirst, behindFirst + Number(first)));
      at = behindFirst + Number(first);
    }
  }
  return fields;
}

export function numberOf(fields: Fields, field: number): number {
  const value = fields.get(field)?.[0] ?? 0n;
  return Number(value);
}

export function bytesOf(fields: Fields, field: number): readonly Buffer[] {
  return (fields.get(field) ?? []).filter((value) => Buffer.isBuffer(value));
}

export function messagesOf(fields: Fields, field: number): readonly Fields[] {
  return bytesOf(fields, field).map(readProtobuf);
}

export function packedOf(fields: Fields, field: number): number[] {
  const numbers: number[] = [];
  for (const bytes of bytesOf(fields, field)) {
    for (let at = 0; at < bytes.length; ) {
      const [value, end] = readVarint(bytes, at);
      numbers.push(Number(value));
      at = end;
    }
  }
  return numbers;
}

export function readVarint(bytes: Buffer, from: number): [bigint, number] {
  let value = 0n;
  for (let at = from, shift = 0n; ; at++, shift += 7n) {
    const byte = bytes[at];
    if (byte === undefined) throw new Error("the message ends in the middle of a number");
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at + 1];
  }
}
