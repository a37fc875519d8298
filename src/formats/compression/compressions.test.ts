import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import { uncompressSync } from "snappy";
import type { CompressionType } from "../../model/delivery-definition.ts";
import { seededRandom } from "../../std/random.ts";
import { compressions } from "./registry.ts";
import { zipTail } from "./zip.ts";

const KIB = 1024;

/** Content by name: as it is given to the compressor, write by write. */
const CONTENTS: Readonly<Record<string, readonly Buffer[]>> = {
  nothing: [],
  "one byte": [Buffer.from("x")],
  "lines of JSON": Array.from({ length: 5 }, (_, index) => jsonLines(index, 2000)),
  "chunk borders": [255, 256, 257, 512, 32, 33].map((size) => Buffer.alloc(size * KIB, "0123456789abcdef\n")),
  incompressible: [seededRandom(7).bytes(300 * KIB), seededRandom(8).bytes(1)],
  "a 1 MiB record": [Buffer.alloc(1024 * KIB, seededRandom(9).bytes(5000))],
};

/** Readers that are none of ours: the library that made the codec known, or a program of the system. */
const READERS: readonly {
  readonly name: string;
  readonly type: CompressionType;
  readonly program?: readonly string[];
  read(object: Buffer): Buffer;
}[] = [
  { name: "zlib", type: "gzip", read: (object) => gunzipSync(object) },
  { name: "gzip", type: "gzip", program: ["gzip", "--version"], read: (object) => run("gzip", ["-dc"], object) },
  {
    name: "python3 gzip",
    type: "gzip",
    program: ["python3", "-c", "import gzip"],
    read: (object) => run("python3", ["-c", PYTHON_GUNZIP], object),
  },
  {
    name: "python3 zipfile",
    type: "zip",
    program: ["python3", "-c", "import zipfile"],
    read: (object) => run("python3", ["-c", PYTHON_UNZIP], object),
  },
  { name: "unzip", type: "zip", program: ["unzip", "-v"], read: unzip },
  { name: "a parser of blocks", type: "snappy", read: readXerial },
  { name: "a parser of blocks", type: "hadoop-snappy", read: readHadoop },
  { name: "zlib", type: "zstd", read: (object) => zstdDecompressSync(object) },
  { name: "zstd", type: "zstd", program: ["zstd", "--version"], read: (object) => run("zstd", ["-dc"], object) },
];

const PYTHON_GUNZIP = "import gzip,sys; sys.stdout.buffer.write(gzip.decompress(sys.stdin.buffer.read()))";
const PYTHON_UNZIP = [
  "import io,re,sys,zipfile",
  "z=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))",
  "[name]=z.namelist()",
  "assert z.testzip() is None and re.fullmatch('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', name)",
  "sys.stdout.buffer.write(z.read(name))",
].join("\n");

for (const { name, type, program, read } of READERS) {
  const missing = program !== undefined && !isPresent(program) && `${program[0]} is not installed`;
  test(`${type} can be read by ${name}`, { skip: missing }, async () => {
    for (const [content, writes] of Object.entries(CONTENTS)) {
      const object = await compress(type, writes);
      assert.ok(read(object).equals(Buffer.concat(writes)), content);
    }
  });
}

test("gzip makes one member, without time or name", async () => {
  const object = await compress("gzip", [jsonLines(1, 3000), jsonLines(2, 3000)]);
  assert.equal(object.subarray(0, 10).toString("hex"), "1f8b08000000000000ff");
  assert.equal(object.indexOf(Buffer.from("1f8b08000000000000ff", "hex"), 1), -1);
});

test("zip draws the name of its entry from the seed", async () => {
  const content = [Buffer.from("content")];
  assert.ok((await compress("zip", content, "a")).equals(await compress("zip", content, "a")));
  assert.notDeepEqual(await compress("zip", content, "a"), await compress("zip", content, "b"));
});

test("zip describes entries beyond 4 GiB in 64-bit fields", () => {
  const name = Buffer.from("entry");
  const tail = zipTail({ name, crc: 1, plainBytes: 2 ** 32, packedBytes: 2 ** 31 });
  assert.equal(tail.readBigUInt64LE(16), 2n ** 32n);
  const directory = tail.subarray(24);
  assert.equal(directory.readUInt32LE(24), 0xffff_ffff);
  const extra = directory.subarray(46 + name.length);
  assert.deepEqual(
    [extra.readUInt16LE(0), extra.readBigUInt64LE(4), extra.readBigUInt64LE(12)],
    [1, 2n ** 32n, 2n ** 31n],
  );
  const end = zipTail({ name, crc: 1, plainBytes: 2 ** 33, packedBytes: 2 ** 32 }).subarray(-98);
  assert.deepEqual(
    [end.readUInt32LE(0), end.readUInt32LE(56), end.readUInt32LE(76)],
    [0x0606_4b50, 0x0706_4b50, 0x0605_4b50],
  );
  assert.equal(end.readBigUInt64LE(48), BigInt(30 + name.length) + 2n ** 32n + 24n);
  assert.ok(zipTail({ name, crc: 1, plainBytes: 2 ** 32 - 1, packedBytes: 5 }).readUInt32LE(12) === 2 ** 32 - 1);
});

test("hadoop-snappy keeps each compressed chunk inside the 256 KiB that Hadoop's reader has for it", async () => {
  const object = await compress("hadoop-snappy", [seededRandom(1).bytes(600 * KIB)]);
  for (let at = 0; at < object.length; at += 8 + object.readInt32BE(at + 4)) {
    assert.ok(object.readInt32BE(at + 4) <= 256 * KIB);
  }
});

test("gzip, zip and zstd follow the level", async () => {
  for (const type of ["gzip", "zip", "zstd"] as const) {
    const small = await compress(type, [jsonLines(3, 5000)], "seed", 9);
    const quick = await compress(type, [jsonLines(3, 5000)], "seed", 1);
    if (type === "zstd") assert.notDeepEqual(small, quick);
    else assert.ok(small.length < quick.length, type);
  }
});

async function compress(type: CompressionType, writes: readonly Buffer[], seed = "s", level?: number): Promise<Buffer> {
  const compressor = compressions[type].open({ type, ...(level === undefined ? {} : { level }) }, seed);
  const output: Buffer[] = [];
  for (const chunk of writes) output.push(...(await compressor.write(chunk)));
  output.push(...(await compressor.end()));
  return Buffer.concat(output);
}

function jsonLines(seed: number, lines: number): Buffer {
  const random = seededRandom(seed);
  const line = (index: number) => JSON.stringify({ index, value: random.fraction(), name: `sensor-${index % 17}` });
  return Buffer.from(Array.from({ length: lines }, (_, index) => line(index)).join("\n"));
}

function run(program: string, args: readonly string[], input: Buffer): Buffer {
  return execFileSync(program, args, { input, maxBuffer: 64 * 1024 * KIB, stdio: ["pipe", "pipe", "inherit"] });
}

function isPresent([program = "", ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}

function unzip(object: Buffer): Buffer {
  const directory = mkdtempSync(join(tmpdir(), "lakehose-zip-"));
  try {
    const path = join(directory, "object.zip");
    writeFileSync(path, object);
    return execFileSync("unzip", ["-p", path], { maxBuffer: 64 * 1024 * KIB });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function readXerial(object: Buffer): Buffer {
  assert.equal(object.subarray(0, 16).toString("hex"), "82534e41505059000000000100000001");
  const plain: Buffer[] = [];
  for (let at = 16; at < object.length; ) {
    const packedBytes = object.readInt32BE(at);
    const block = uncompressSync(object.subarray(at + 4, at + 4 + packedBytes), { asBuffer: true });
    assert.ok(block.length <= 32 * KIB);
    plain.push(Buffer.from(block));
    at += 4 + packedBytes;
  }
  return Buffer.concat(plain);
}

function readHadoop(object: Buffer): Buffer {
  const plain: Buffer[] = [];
  for (let at = 0; at < object.length; ) {
    const plainBytes = object.readInt32BE(at);
    const packedBytes = object.readInt32BE(at + 4);
    const block = uncompressSync(object.subarray(at + 8, at + 8 + packedBytes), { asBuffer: true });
    assert.equal(block.length, plainBytes);
    plain.push(Buffer.from(block));
    at += 8 + packedBytes;
  }
  return Buffer.concat(plain);
}
