import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { encodeObject } from "../../../test/readers/encode-object.ts";
import { seededRandom } from "../../std/random.ts";
import { codecCompressions } from "./codec.ts";
import { sequenceFileFormat } from "./sequence-file-format.ts";

/** Hadoop's own reader: `npm run servers -- run hadoop -- npm run test:servers` brings its jars. */
const CLASSPATH = process.env.LAKEHOSE_TEST_HADOOP;
const skip = CLASSPATH === undefined && "needs Hadoop's jars: their class path belongs in LAKEHOSE_TEST_HADOOP";

const CLASSES: Readonly<Record<string, string>> = {
  none: "none",
  gzip: "org.apache.hadoop.io.compress.GzipCodec",
  snappy: "org.apache.hadoop.io.compress.SnappyCodec",
  "hadoop-snappy": "org.apache.hadoop.io.compress.SnappyCodec",
};

const scratch = temporaryScratch();

for (const type of codecCompressions) {
  test(`Hadoop reads every key and value of a SequenceFile with ${type}`, { skip }, async () => {
    const random = seededRandom(5);
    const sizes = [0, 1, 127, 128, 255, 256, 65_535, 65_536, 300_000, 1024 * 1024];
    const large = sizes.map((size) => Buffer.alloc(size, random.bytes(Math.min(size, 50_000)) ?? ""));
    const small = Array.from({ length: 20_000 }, (_, index) => Buffer.from(`{"n":${index},"text":"Grüße 🌊"}\n`));
    const batches = [large, small.slice(0, 5_000), small.slice(5_000)];
    const arrivals = [1_700_000_000_123, -62_135_596_800_000, 0];
    const { object } = await encodeObject(sequenceFileFormat, batches, {
      compression: { type },
      arrivalMs: (batch) => arrivals[batch] ?? 0,
    });
    const [head, ...lines] = read(object, object.length / 2);
    assert.equal(head, `org.apache.hadoop.io.LongWritable org.apache.hadoop.io.BytesWritable ${CLASSES[type]}`);
    const rest = Number(lines.pop()?.replace("rest ", ""));
    assert.ok(rest > 0 && rest < lines.length, `a reader of the second half finds ${rest} of ${lines.length}`);
    const expected = batches.flatMap((batch, index) =>
      batch.map((record) => `${arrivals[index]} ${record.toString("hex")}`),
    );
    assert.equal(lines.length, expected.length);
    for (const [index, line] of expected.entries()) assert.ok(lines[index] === line, `record ${index}`);
  });
}

test("Hadoop reads values of type Text, and a SequenceFile without records", { skip }, async () => {
  const options = { value: "text" };
  const compression = { type: "hadoop-snappy" } as const;
  const { object } = await encodeObject(sequenceFileFormat, [["", "Grüße", "🌊".repeat(50)]], { options, compression });
  const [head, ...lines] = read(object);
  assert.match(head ?? "", /io\.Text /);
  assert.deepEqual(
    lines.map((line) => Buffer.from(line.split(" ")[1] ?? "", "hex").toString()),
    ["", "Grüße", "🌊".repeat(50)],
  );
  const empty = await encodeObject(sequenceFileFormat, [], { options, compression });
  assert.equal(read(empty.object).length, 1);
});

function read(object: Buffer, middle?: number): string[] {
  const file = join(scratch.directory, `${object.length}.seq`);
  writeFileSync(file, object);
  const program = join(import.meta.dirname, "../../../test/readers/ReadSequenceFile.java");
  const args = [file, ...(middle === undefined ? [] : [String(Math.floor(middle))])];
  const output = execFileSync("java", ["-cp", CLASSPATH ?? "", program, ...args], {
    maxBuffer: 64 * 1024 * 1024,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return output.toString().trimEnd().split("\n");
}
