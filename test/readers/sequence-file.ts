import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { uncompressSync } from "snappy";

/** What a SequenceFile holds, read as its specification says, with none of the encoder's code. */
export interface SequenceFile {
  readonly keyClass: string;
  readonly valueClass: string;
  readonly codecClass: string | undefined;
  readonly syncMarker: Buffer;
  readonly entries: readonly { readonly key: number; readonly value: Buffer }[];
  readonly blocks: number;
}

export function readSequenceFile(file: Buffer): SequenceFile {
  const input = new Input(file);
  assert.deepEqual([...input.take(4)], [0x53, 0x45, 0x51, 6]);
  const keyClass = input.text().toString();
  const valueClass = input.text().toString();
  const [compressed, inBlocks] = [input.take(1)[0] === 1, input.take(1)[0] === 1];
  assert.equal(compressed, inBlocks);
  const codecClass = compressed ? input.text().toString() : undefined;
  assert.equal(input.take(4).readInt32BE(), 0, "no metadata");
  const syncMarker = input.take(16);
  const entries: { key: number; value: Buffer }[] = [];
  const readValue = (bytes: Buffer) => (valueClass.endsWith("Text") ? textOf(bytes) : bytesOf(bytes));
  let blocks = 0;
  while (!input.atEnd) {
    const first = input.take(4).readInt32BE();
    if (first === -1) assert.ok(input.take(16).equals(syncMarker), "the sync marker of the header");
    if (codecClass === undefined) {
      const length = first === -1 ? input.take(4).readInt32BE() : first;
      assert.equal(input.take(4).readInt32BE(), 8);
      entries.push({ key: Number(input.take(8).readBigInt64BE()), value: readValue(input.take(length - 8)) });
      continue;
    }
    assert.equal(first, -1, "a block begins with a sync");
    blocks++;
    entries.push(...readBlock(input, codecClass, readValue));
  }
  return { keyClass, valueClass, codecClass, syncMarker, entries, blocks };
}

function readBlock(input: Input, codecClass: string, readValue: (bytes: Buffer) => Buffer) {
  const count = input.vint();
  const [keyLengths, keys, valueLengths, values] = Array.from(
    { length: 4 },
    () => new Input(unpack(codecClass, input.take(input.vint()))),
  );
  assert.ok(keyLengths && keys && valueLengths && values);
  const entries = Array.from({ length: count }, () => {
    assert.equal(keyLengths.vint(), 8);
    return { key: Number(keys.take(8).readBigInt64BE()), value: readValue(values.take(valueLengths.vint())) };
  });
  for (const one of [keyLengths, keys, valueLengths, values]) assert.ok(one.atEnd, "nothing is left of a buffer");
  return entries;
}

function bytesOf(serialized: Buffer): Buffer {
  assert.equal(serialized.readInt32BE(), serialized.length - 4);
  return serialized.subarray(4);
}

function textOf(serialized: Buffer): Buffer {
  const input = new Input(serialized);
  const text = input.text();
  assert.ok(input.atEnd);
  return text;
}

function unpack(codecClass: string, packed: Buffer): Buffer {
  if (codecClass.endsWith(".GzipCodec")) return gunzipSync(packed);
  assert.ok(codecClass.endsWith(".SnappyCodec"), codecClass);
  const input = new Input(packed);
  const plain: Buffer[] = [];
  while (!input.atEnd) {
    let left = input.take(4).readInt32BE();
    while (left > 0) {
      const chunk = Buffer.from(uncompressSync(input.take(input.take(4).readInt32BE())));
      left -= chunk.length;
      plain.push(chunk);
    }
    assert.equal(left, 0);
  }
  return Buffer.concat(plain);
}

class Input {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(count: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + count);
    assert.equal(taken.length, count, "the file goes on");
    this.#at += count;
    return taken;
  }

  vint(): number {
    const first = this.take(1).readInt8();
    return first >= -112 ? first : this.take(-112 - first).readUIntBE(0, -112 - first);
  }

  text(): Buffer {
    return this.take(this.vint());
  }
}
