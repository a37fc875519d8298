import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { lz4Frame } from "../../../test/fakes/lz4-frame.ts";
import { eventTimeReader } from "../../processors/partition-time/event-time.ts";
import { seededRandom } from "../../std/random.ts";
import type { ArchiveFile } from "./archive-file.ts";
import { findLocalFiles } from "./local-archive.ts";
import { type ReadOptions, readEvents } from "./read-events.ts";
import { TimeField } from "./time-field.ts";

const LINES = ['{"at":"2018-03-01T00:30:00Z","n":1,"äöü":"ß"}\n', '{"n":2,"at":"2018-03-01T00:30:01Z"}\n'];
const TEXT = LINES.join("");
const FIRST_MS = Date.parse("2018-03-01T00:30:00Z");
const CSV = 'at,n,"the ""name"""\n2018-03-01 00:30:00,007,"a,\nb"\r\n\n2018-03-01 00:30:01,8\n';
const CSV_ROWS = [
  '{"at":"2018-03-01 00:30:00","n":"007","the \\"name\\"":"a,\\nb"}\n',
  '{"at":"2018-03-01 00:30:01","n":"8"}\n',
];

const field = (name = "at", format = "auto", zone = "UTC") => new TimeField(name, eventTimeReader(format, zone));
const OPTIONS: ReadOptions = { field: field(), untimed: "send", newline: true };

async function fileOf(t: TestContext, name: string, content: Buffer | string): Promise<ArchiveFile> {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-archive-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, name), content);
  const [file] = await findLocalFiles(join(folder, name));
  assert.ok(file);
  return file;
}

async function read(file: ArchiveFile, options: Partial<ReadOptions> = {}) {
  const found = { records: [] as string[], timesMs: [] as number[], untimed: 0 };
  for await (const run of readEvents(file, { ...OPTIONS, ...options })) {
    found.records.push(...run.records.map(String));
    found.timesMs.push(...run.timesMs);
    found.untimed += run.untimed;
  }
  return found;
}

/** Concatenated members and frames, too: each compression is given the text in two halves. */
const COMPRESSIONS: Readonly<Record<string, (text: string) => Buffer>> = {
  none: (text) => Buffer.from(text),
  gz: (text) => Buffer.concat(halves(text).map((half) => gzipSync(half))),
  zst: (text) => Buffer.concat(halves(text).map((half) => zstdCompressSync(half))),
  lz4: (text) => Buffer.concat(halves(text).map((half) => lz4Frame(half))),
  bz2: (text) => Buffer.concat(halves(text).map((half) => execFileSync("bzip2", { input: half }))),
};

function halves(text: string): readonly Buffer[] {
  const bytes = Buffer.from(text);
  const middle = bytes.length >> 1;
  return [bytes.subarray(0, middle), bytes.subarray(middle)];
}

for (const [extension, compress] of Object.entries(COMPRESSIONS)) {
  test(`readEvents gives lines of JSON in ${extension} as they are, with their times`, async (t) => {
    const { records, timesMs } = await read(await fileOf(t, `a.json.${extension}`, compress(TEXT)));
    assert.deepEqual(records, LINES);
    assert.deepEqual(timesMs, [FIRST_MS, FIRST_MS + 1000]);
  });

  test(`readEvents makes an object of texts of each row of CSV in ${extension}`, async (t) => {
    const { records, timesMs } = await read(await fileOf(t, `a.csv.${extension}`, compress(CSV)));
    assert.deepEqual(records, CSV_ROWS);
    assert.deepEqual(timesMs, [FIRST_MS, FIRST_MS + 1000]);
  });
}

test("readEvents takes a tab for the delimiter of .tsv, and another one where it is told so", async (t) => {
  const tabs = await read(await fileOf(t, "a.tsv", "at\tn\n2018-03-01\t1,5\n"));
  assert.deepEqual(tabs.records, ['{"at":"2018-03-01","n":"1,5"}\n']);
  const bars = await read(await fileOf(t, "a.txt", "at||n\n2018-03-01||\n"), { format: "csv", delimiter: "||" });
  assert.deepEqual(bars.records, ['{"at":"2018-03-01","n":""}\n']);
});

test("readEvents makes an object of each row of Parquet, in the order of the file", async (t) => {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  const file = await fileOf(t, "rows [1].bin", "");
  const select = `SELECT TIMESTAMPTZ '2018-03-01 00:30:00+00' + INTERVAL (i) SECOND AS at, TIMESTAMP '2018-03-01 00:30:00' AS local,
    i AS n, 9007199254740993 AS large, 1.25::DECIMAL(9,2) AS fare, {'a': [1, NULL]} AS inner FROM range(5000) AS r(i)`;
  await connection.run(`COPY (${select}) TO '${file.name}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`);
  connection.closeSync();
  const { records, timesMs } = await read(file);
  assert.equal(
    records[0],
    '{"at":"2018-03-01 00:30:00+00","local":"2018-03-01 00:30:00","n":0,"large":9007199254740993,"fare":1.25,"inner":{"a":[1,null]}}\n',
  );
  assert.deepEqual(
    timesMs,
    Array.from({ length: 5000 }, (_, index) => FIRST_MS + index * 1000),
  );
});

test("readEvents finds times at the end of a path, in each usual form, and in the zone that it is told", async (t) => {
  const zone = "America/New_York";
  const cases: readonly (readonly [at: string, timeMs: number])[] = [
    ['"2018-03-01T00:30:00.250Z"', FIRST_MS + 250],
    ['"2018-02-28T19:30:00"', FIRST_MS],
    ['"2018-02-28 19:30:00"', FIRST_MS],
    ['"2018-03-01T01:30:00+01:00"', FIRST_MS],
    [String(FIRST_MS), FIRST_MS],
    [String(FIRST_MS / 1000), FIRST_MS],
    [`"${FIRST_MS / 1000}"`, FIRST_MS],
    ['"2018-03-01T00:30:00\\u005a"', FIRST_MS],
  ];
  for (const [at, timeMs] of cases) {
    const line = `{"at":5,"trip":{"en\\u0064":${at},"at":1},"x":{"end":3}}\n`;
    const { timesMs } = await read(await fileOf(t, "a.json", line), { field: field("trip.end", "auto", zone) });
    assert.deepEqual(timesMs, [timeMs], at);
  }
  const dotted = await read(await fileOf(t, "a.csv", "trip.end\n2018-03-01\n"), { field: field("trip.end") });
  assert.deepEqual(dotted.timesMs, [Date.parse("2018-03-01")]);
});

test("readEvents passes blank lines and a byte order mark over, and ends every record as it is asked to", async (t) => {
  const file = await fileOf(t, "a.json", `\uFEFF\n${TEXT}  \r\n{"at":1,"last":true}\r\n{"at":2}`);
  assert.deepEqual((await read(file)).records, [...LINES, '{"at":1,"last":true}\r\n', '{"at":2}\n']);
  const { records } = await read(file, { newline: false });
  assert.deepEqual(records, [...LINES.map((line) => line.trimEnd()), '{"at":1,"last":true}', '{"at":2}']);
});

test("readEvents sends what shows no time with the record before it, skips it or stops, as it is told", async (t) => {
  const file = await fileOf(t, "a.json", `poison\n${LINES[0]}{"at":"soon"}\n{"at":"2018-03-01T00:30:00Z"\n${LINES[1]}`);
  const sent = await read(file);
  assert.deepEqual(sent.records, ["poison\n", LINES[0], '{"at":"soon"}\n', '{"at":"2018-03-01T00:30:00Z"\n', LINES[1]]);
  assert.deepEqual(sent.timesMs, [FIRST_MS, FIRST_MS, FIRST_MS, FIRST_MS, FIRST_MS + 1000]);
  assert.equal(sent.untimed, 3);
  const skipped = await read(file, { untimed: "skip" });
  assert.deepEqual([skipped.records, skipped.untimed], [LINES, 3]);
  await assert.rejects(read(file, { untimed: "stop" }), /Expected a time in at of every record, got poison/);
});

test("readEvents says so when the field has another name", async (t) => {
  const file = await fileOf(t, "a.json", TEXT.repeat(600));
  const options = { field: field("when") };
  await assert.rejects(read(file, options), /a time in when of one of the first 1000 records, got \{"at":"2018/);
  await assert.rejects(read(await fileOf(t, "b.json", TEXT), options), /when of any record of the file/);
  assert.deepEqual((await read(await fileOf(t, "empty.json.gz", gzipSync("")))).records, []);
});

for (const [extension, compress] of Object.entries(COMPRESSIONS)) {
  if (extension === "none") continue;
  test(`readEvents gives what stands before the damage of ${extension}, and names the damage`, async (t) => {
    // Of text that hardly repeats: decoders need many blocks, or pieces, for it.
    const random = seededRandom(1);
    const line = (_: unknown, n: number) => `{"at":"2018-03-01T00:30:00Z","n":${n},"x":${random.fraction()}}\n`;
    const packed = compress(Array.from({ length: 40_000 }, line).join(""));
    const file = await fileOf(t, `a.json.${extension}`, packed.subarray(0, packed.length - 30));
    let records = 0;
    const reading = async () => {
      for await (const run of readEvents(file, OPTIONS)) records += run.records.length;
    };
    await assert.rejects(reading, { code: "damaged-object" });
    assert.ok(records > 10_000 && records < 40_000, String(records));
  });
}

test("readEvents refuses CSV that is none: too many fields, open quotes, names that come twice", async (t) => {
  const refused = async (text: string, message: RegExp) =>
    assert.rejects(read(await fileOf(t, "a.csv", text)), { code: "damaged-text", message });
  await refused("at,n\n2018-03-01,1,2\n", /at most 2 fields in row 2, as in the header, got 3/);
  await refused('at,n\n2018-03-01,"1\n', /a closing quote before the end of the file/);
  await refused("at,at\n2018-03-01,1\n", /names that differ in the header, got "at" twice/);
});

test("readEvents refuses bytes that are no Parquet behind its magic", async (t) => {
  await assert.rejects(read(await fileOf(t, "a.parquet", "PAR1 and no more")), { code: "damaged-object" });
});
