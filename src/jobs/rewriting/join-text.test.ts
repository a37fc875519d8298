import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib";
import fc from "fast-check";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { EVERY_FILE } from "../../catalog/table-changes/every-file.ts";
import { listFiles, type StoredFile } from "../../query/engine/location.ts";
import { systemClock } from "../../std/clock.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import { type JoinTextOptions, joinText } from "./join-text.ts";
import type { TextReader } from "./text-lines.ts";

const scratch = temporaryScratch();
const never = new AbortController().signal;
const JSON_LINES: TextReader = { format: "json", lines: "text", names: {}, skipsMalformed: false };
const CSV: TextReader = {
  format: "csv",
  lines: "text",
  delimiters: [","],
  quote: '"',
  escape: '"',
  nullText: "",
  skippedLines: 1,
};

async function joined(contents: readonly (string | Buffer)[], options: Partial<JoinTextOptions> = {}) {
  const store = new MemoryStore({ clock: systemClock });
  await store.ensureBucket("lake");
  for (const [index, content] of contents.entries()) {
    const body = bytesBody(Buffer.from(content));
    const key = String(index).padStart(6, "0");
    await store.put({ bucket: "lake", key, body, onlyIfAbsent: true, contentType: "x", metadata: {} });
  }
  const files: StoredFile[] = [];
  for await (const file of listFiles(() => store, { bucket: "lake", prefix: "" }, EVERY_FILE, never)) files.push(file);
  const path = await scratch.path("joined");
  const settings = { reader: JSON_LINES, disk: nodeDisk, path, plainBytesMax: 1e8, signal: never };
  const result = await joinText(files, { ...settings, ...options });
  return { ...result, bytes: await result.body.read(0, result.body.bytes) };
}

test("joinText() ends each file with a line feed, and packs as the first file is packed", async () => {
  const plain = await joined(['{"a":1}\n', '{"a":2}', gzipSync('{"a":3}\n{"a":4}')]);
  assert.equal(plain.bytes.toString(), '{"a":1}\n{"a":2}\n{"a":3}\n{"a":4}\n');
  assert.deepEqual([plain.compression, plain.linesIn, plain.linesOut], ["none", 4, 4]);
  const packed = await joined([gzipSync('{"a":1}'), '{"a":2}\n']);
  assert.equal(gunzipSync(packed.bytes).toString(), '{"a":1}\n{"a":2}\n');
  const zstd = await joined([zstdCompressSync('{"a":1}'), gzipSync('{"a":2}\n')]);
  assert.equal(zstdDecompressSync(zstd.bytes).toString(), '{"a":1}\n{"a":2}\n');
});

test("joinText() gives objects that share a line, or take several, a line each", async () => {
  const { bytes } = await joined(['{"A":1}{"A":2}', '{\n"B":\n{"c":"}"}}\n']);
  assert.equal(bytes.toString(), '{"A":1}\n{"A":2}\n{ "B": {"c":"}"}}\n');
});

test("joinText() takes no byte order mark along", async () => {
  const { bytes } = await joined(["\ufeffa,b\n1,2\n", "\ufeffa,b\n3,4", Buffer.from("\ufeff").subarray(0, 2)], {
    reader: CSV,
  });
  assert.equal(bytes.toString(), "a,b\n1,2\n3,4\n");
});

test("joinText() leaves a file alone that would swallow the beginning of the next one", async () => {
  for (const broken of ['{"a":1}\n{"b":', '{"a":"', gzipSync('{"a":[1')]) {
    await assert.rejects(joined(["{}\n", broken, "{}\n"]), { name: "FileLeftAlone", key: "000001" });
  }
  await assert.rejects(joined(["a\n1\n", 'a\n"1\n'], { reader: CSV }), { name: "FileLeftAlone", key: "000001" });
});

test("joinText() leaves a damaged file, and one that unpacks to more than it may, alone", async () => {
  const damaged = gzipSync("{}\n".repeat(1000)).subarray(0, 30);
  await assert.rejects(joined(["{}\n", damaged]), { name: "FileLeftAlone", key: "000001" });
  const bomb = gzipSync(Buffer.alloc(1e6, " "));
  await assert.rejects(joined(["{}\n", bomb], { plainBytesMax: 1e5 }), { name: "FileLeftAlone", key: "000001" });
});

test("joinText() keeps one header, and line feeds inside quotes", async () => {
  const { bytes, linesIn, linesOut } = await joined(['a,b\n1,"x\ny"\n', 'a,b\n2,5"" pipe\n3,""""', "a,b\n", "a,b"], {
    reader: CSV,
  });
  assert.equal(bytes.toString(), 'a,b\n1,"x\ny"\n2,5"" pipe\n3,""""\n');
  assert.deepEqual([linesIn, linesOut], [4, 4]);
});

test("joinText() keeps every record of any files, in their order", async () => {
  const record = fc.jsonValue().map((value) => JSON.stringify({ value }));
  const file = fc.tuple(fc.array(record, { maxLength: 20 }), fc.boolean(), fc.boolean());
  await fc.assert(
    fc.asyncProperty(fc.array(file, { minLength: 1, maxLength: 8 }), async (files) => {
      const contents = files.map(([records, endsLine, isPacked]) => {
        const text = records.join("\n") + (endsLine ? "\n" : "");
        return isPacked ? gzipSync(text) : text;
      });
      const { bytes, compression, linesIn, linesOut } = await joined(contents);
      const text = (compression === "gzip" ? gunzipSync(bytes) : bytes).toString();
      const records = files.flatMap(([records]) => records);
      assert.deepEqual(text.split("\n").filter(Boolean), records);
      assert.equal(linesIn, linesOut);
    }),
    { numRuns: 50 },
  );
});

test("joinText() stops when it is told to", async () => {
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(joined(["{}\n", "{}\n"], { signal }), /enough/);
});
