import { LakehoseError } from "../../../model/errors.ts";

/**
 * What serializers of a schema registry write before the payload:
 *
 * - magic => 0, one byte
 * - schema id => int32, big-endian
 *
 * and for Protobuf, before the message, which message of the file it is:
 *
 * - indexes => count, then so many indexes, from the outermost message inward; all zigzag varints. A count of 0 stands for
 *   the first message.
 */
export interface RegisteredPayload {
  readonly schemaId: number;
  readonly payload: Buffer;
}

const HEAD_BYTES = 5;

/** Messages of one file nest this deep at most; more stands for bytes that mean something else. */
const INDEXES_MAX = 32;

/** Throws `undecodable` where the bytes do not begin as described. */
export function splitPayload(bytes: Buffer): RegisteredPayload {
  if (bytes.length < HEAD_BYTES || bytes[0] !== 0) {
    const got = bytes.length < HEAD_BYTES ? `${bytes.length} bytes` : `${bytes[0]}`;
    throw undecodable(`expected a 0 and the four bytes of a schema's id in front; got ${got}`);
  }
  return { schemaId: bytes.readUInt32BE(1), payload: bytes.subarray(HEAD_BYTES) };
}

export function splitIndexes(bytes: Buffer): { readonly indexes: readonly number[]; readonly message: Buffer } {
  const count = readVarint(bytes, 0);
  if (count.value < 0 || count.value > INDEXES_MAX) {
    throw undecodable(`expected at most ${INDEXES_MAX} indexes of messages, got ${count.value}`);
  }
  const indexes: number[] = [];
  let at = count.end;
  for (let index = 0; index < count.value; index++) {
    const { value, end } = readVarint(bytes, at);
    indexes.push(value);
    at = end;
  }
  return { indexes: indexes.length === 0 ? [0] : indexes, message: bytes.subarray(at) };
}

function readVarint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let encoded = 0;
  for (let place = 0; place < 5; place++) {
    const byte = bytes[start + place];
    if (byte === undefined) break;
    encoded += (byte & 0x7f) * 2 ** (7 * place);
    if (byte < 0x80) return { value: encoded % 2 === 0 ? encoded / 2 : -(encoded + 1) / 2, end: start + place + 1 };
  }
  throw undecodable("expected the indexes of a Protobuf message, got bytes that are no varint");
}

/** Of one record: it is kept as it is, and the others go on. */
export function undecodable(message: string, cause?: unknown): LakehoseError {
  return new LakehoseError("undecodable", message, { cause });
}
