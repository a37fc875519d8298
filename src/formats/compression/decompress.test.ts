import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync, gzipSync, zstdCompressSync } from "node:zlib";
import { compressSync } from "snappy";
import { decompressBuffer } from "../../../test/fakes/decompress-buffer.ts";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { seededRandom } from "../../std/random.ts";
import { decompress, detectCompression } from "./decompress.ts";
import { compressions } from "./registry.ts";

const CONTENT = Buffer.from(Array.from({ length: 20_000 }, (_, index) => `{"index":${index}}`).join("\n"));
const NO_BOUND = { outputBytesMax: 1e9 };

test("decompress() reads what every compression wrote, in pieces of any size", async () => {
  for (const type of Object.keys(compressions) as CompressionType[]) {
    const compressor = compressions[type].open({ type }, "seed");
    const object = Buffer.concat([...(await compressor.write(CONTENT)), ...(await compressor.end())]);
    assert.equal(await detectCompression(object), type);
    for (const size of [object.length, 4096, 37]) {
      assert.ok((await readInPieces(object, size)).equals(CONTENT), `${type} in pieces of ${size}`);
    }
  }
});

test("decompress() reads gzip members joined by nothing, LF or CRLF", async () => {
  const messages = ["one", "two\n", "", "four"];
  const members = messages.map((message) => gzipSync(message));
  for (const separator of ["", "\n", "\r\n"]) {
    for (const last of ["", separator]) {
      const joined = members.flatMap((member, index) => [member, Buffer.from(index < 3 ? separator : last)]);
      for (const size of [1, 7, 10_000]) {
        assert.equal(`${await readInPieces(Buffer.concat(joined), size)}`, "onetwo\nfour", JSON.stringify(separator));
      }
    }
  }
});

test("decompress() reads gzip headers with a name, a comment, extra bytes and a checksum", async () => {
  const body = gzipSync("content").subarray(10);
  const header = Buffer.from("1f8b081f00000000000303006162636e616d650063000000", "hex");
  assert.equal(`${await decompressBuffer(Buffer.concat([header, body]), NO_BOUND)}`, "content");
});

test("decompress() reads a Hadoop block of several chunks, and concatenated xerial and zstd streams", async () => {
  const chunk = (text: string) => {
    const packed = compressSync(text);
    return Buffer.concat([int32(packed.length), packed]);
  };
  const hadoop = Buffer.concat([int32(6), chunk("abc"), chunk("def"), int32(1), chunk("g")]);
  assert.equal(`${await decompressBuffer(hadoop, NO_BOUND)}`, "abcdefg");
  const header = Buffer.from("82534e41505059000000000100000001", "hex");
  const xerial = Buffer.concat([header, chunk("abc"), header, chunk("def")]);
  assert.equal(`${await decompressBuffer(xerial, NO_BOUND)}`, "abcdef");
  const zstd = Buffer.concat([zstdCompressSync("abc"), zstdCompressSync("def")]);
  assert.equal(`${await decompressBuffer(zstd, NO_BOUND)}`, "abcdef");
});

test("decompress() passes on what is not compressed", async () => {
  const plain = ["", "x", '{"a":1}\n', "PK", "\x1f\x8b", "\0\0\0\x04\0\0\0\x06abcdefgh", "\0".repeat(100)];
  for (const text of plain) {
    assert.equal((await decompressBuffer(Buffer.from(text, "latin1"), NO_BOUND)).toString("latin1"), text);
    assert.equal(await detectCompression(Buffer.from(text, "latin1")), "none");
  }
});

test("decompress() stops at the bound, long before a bomb has gone off", async () => {
  const bombs = [gzipSync(Buffer.alloc(5e7)), zstdCompressSync(Buffer.alloc(5e7))];
  for (const bomb of bombs) {
    let bytes = 0;
    const read = async () => {
      for await (const chunk of decompress([bomb], { outputBytesMax: 1e6 })) bytes += chunk.length;
    };
    await assert.rejects(read, { code: "decompressed-too-large" });
    assert.ok(bytes <= 1e6);
  }
  assert.equal((await decompressBuffer(gzipSync("12345"), { outputBytesMax: 5 })).length, 5);
  await assert.rejects(decompressBuffer(gzipSync("123456"), { outputBytesMax: 5 }));
});

test("decompress() says that an object is damaged, whatever is cut off or changed", async () => {
  for (const type of ["gzip", "zip", "snappy", "hadoop-snappy", "zstd"] as const) {
    const compressor = compressions[type].open({ type }, "seed");
    const object = Buffer.concat([
      ...(await compressor.write(seededRandom(1).bytes(50_000))),
      ...(await compressor.end()),
    ]);
    const cut = object.subarray(0, object.length - (type === "zip" ? 150 : 5));
    if (type !== "hadoop-snappy")
      await assert.rejects(decompressBuffer(cut, NO_BOUND), { code: "damaged-object" }, type);
  }
  const member = gzipSync("content");
  member[member.length - 6] = (member[member.length - 6] ?? 0) ^ 1;
  await assert.rejects(decompressBuffer(member, NO_BOUND), { code: "damaged-object" });
  const garbage = Buffer.concat([gzipSync("content"), Buffer.from("garbage")]);
  await assert.rejects(decompressBuffer(garbage, NO_BOUND), { code: "damaged-object" });
});

test("decompress() passes on the failure of its source and lets go of it", async () => {
  const failure = new Error("lost connection");
  const packed = deflateRawSync(seededRandom(2).bytes(100_000));
  let closed = false;
  async function* source() {
    try {
      yield Buffer.concat([gzipSync("").subarray(0, 10), packed.subarray(0, 5000)]);
      throw failure;
    } finally {
      closed = true;
    }
  }
  const read = async () => {
    for await (const _ of decompress(source(), NO_BOUND));
  };
  await assert.rejects(read, (error) => error === failure);
  assert.ok(closed);
});

async function readInPieces(object: Buffer, size: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < object.length; at += size) pieces.push(object.subarray(at, at + size));
  const plain: Buffer[] = [];
  for await (const chunk of decompress(pieces, NO_BOUND)) plain.push(chunk);
  return Buffer.concat(plain);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
