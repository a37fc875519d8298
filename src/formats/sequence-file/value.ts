import { isUtf8 } from "node:buffer";
import type { Problem } from "../gathering-encoder.ts";
import { vintBytes, writeVint } from "./writable.ts";

/** What values are: the bytes of a record behind their length. */
export interface ValueType {
  readonly className: string;
  /** Bytes of the length of a value of so many bytes. */
  lengthBytes(bytes: number): number;
  writeLength(target: Buffer, bytes: number, at: number): number;
  problem(record: Buffer): Problem | undefined;
}

export const bytesValue: ValueType = {
  className: "org.apache.hadoop.io.BytesWritable",
  lengthBytes: () => 4,
  writeLength: (target, bytes, at) => target.writeInt32BE(bytes, at),
  problem: () => undefined,
};

/** Readers turn a Text into a string and replace what is not UTF-8 without a word: better that it is refused here. */
export const textValue: ValueType = {
  className: "org.apache.hadoop.io.Text",
  lengthBytes: vintBytes,
  writeLength: writeVint,
  problem: (record) => (isUtf8(record) ? undefined : NOT_TEXT),
};

const NOT_TEXT: Problem = {
  code: "SequenceFile.MalformedText",
  message: 'Expected UTF-8 for a value of type Text, the record is not; write it with the option value = "bytes"',
};
