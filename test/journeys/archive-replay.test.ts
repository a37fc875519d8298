import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { zstdCompressSync } from "node:zlib";
import { CreateBucketCommand, type S3Client } from "@aws-sdk/client-s3";
import { runCommand } from "../../src/cli/main.ts";
import { generate } from "../../src/generators/registry.ts";
import type { Lakehose } from "../../src/server/index.ts";
import { lz4Frame } from "../fakes/lz4-frame.ts";
import { createStream, startJourney, temporaryFolder } from "./journey.ts";
import { Bucket, put, s3Of } from "./s3-lake.ts";

const START = "2018-03-01T00:00:00Z";

/** Trips end twice a second, from midnight on. */
function trips(count: number): string[] {
  const events = generate("taxi", { seed: 7, startMs: Date.parse(START), intervalMs: 500 });
  return Array.from({ length: count }, () => `${events.next().value}\n`);
}

async function lakehoseWith(t: TestContext): Promise<{ lakehose: Lakehose; s3: S3Client }> {
  const { lakehose, client } = await startJourney(t);
  const s3 = s3Of(t, lakehose.url);
  await s3.send(new CreateBucketCommand({ Bucket }));
  await createStream(client, "trips");
  return { lakehose, s3 };
}

async function invoke(lakehose: Lakehose, ...argv: readonly string[]) {
  let out = "";
  let err = "";
  const code = await runCommand(["replay", ...argv], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
    stdin: Readable.from([]),
    environment: { LAKEHOSE_ENDPOINT: lakehose.url, AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" },
    signal: new AbortController().signal,
  });
  return { code, out, err };
}

async function delivered(lakehose: Lakehose): Promise<string[]> {
  await lakehose.flush("trips");
  const lines: string[] = [];
  for await (const { bytes } of lakehose.records("trips")) lines.push(`${bytes.toString().trimEnd()}\n`);
  return lines;
}

test("replay of a folder, at the speed of its events: compressed files, in order, and the rest from where it was cut", async (t) => {
  const { lakehose } = await lakehoseWith(t);
  const folder = await temporaryFolder(t);
  const all = trips(3000);
  await mkdir(join(folder, "dropoff_year=2018"));
  const part = (index: number) => Buffer.from(all.filter((_, at) => at % 2 === index).join(""));
  await writeFile(join(folder, "dropoff_year=2018", "a.ndjson.lz4"), lz4Frame(part(0)));
  await writeFile(join(folder, "dropoff_year=2018", "b.ndjson.zst"), zstdCompressSync(part(1)));
  await writeFile(join(folder, "_SUCCESS"), "");
  const half = "2018-03-01T00:12:30.000Z";
  const options = ["--stream", "trips", "--time-field", "dropoff_datetime", "--in-flight", "1", "--json"];
  const startedAt = performance.now();
  const first = await invoke(lakehose, folder, ...options, "--speedup", "1000", "--end", half);
  assert.equal(first.code, 0, first.err);
  // 749 s of events at 1000 times their speed.
  assert.ok(performance.now() - startedAt >= 745, String(performance.now() - startedAt));
  const summary = JSON.parse(first.out);
  assert.deepEqual(
    [summary.records, summary.files, summary.firstTime, summary.lastTime, summary.outOfOrder],
    [1500, 2, "2018-03-01T00:00:00.000Z", "2018-03-01T00:12:29.000Z", 0],
  );
  const rest = await invoke(lakehose, join(folder, "*", "*.ndjson.*"), ...options, "--speedup", "max", "--start", half);
  assert.equal(JSON.parse(rest.out).records, 1500);
  // Times are of whole seconds: of two trips in one, that of the earlier file comes first.
  assert.deepEqual(await delivered(lakehose), all);
});

test("replay of an s3:// prefix reads objects through the S3 door", async (t) => {
  const { lakehose, s3 } = await lakehoseWith(t);
  const all = trips(500);
  await put(s3, "archive/b.json", all.slice(250).join(""));
  await put(s3, "archive/a.json", all.slice(0, 250).join(""));
  await put(s3, "archive/_temporary/0.json", "no json");
  await put(s3, "archive-of-others.json", "no json");
  const { code, out, err } = await invoke(
    lakehose,
    ...["s3://lake/archive/", "--stream", "trips", "--time-field", "dropoff_datetime", "--speedup", "max"],
    ...["--endpoint-url", lakehose.url, "--in-flight", "1"],
  );
  assert.equal(code, 0, err);
  assert.match(out, /^500 records \(\d+\.\d KiB\) of 2 files went to trips, from 2018-03-01T00:00:00\.000Z to /);
  assert.deepEqual(await delivered(lakehose), all);
  const none = await invoke(
    lakehose,
    "s3://lake/nothing/",
    "--stream",
    "trips",
    "--time-field",
    "x",
    "--endpoint-url",
    lakehose.url,
  );
  assert.deepEqual([none.code, none.err], [1, "Expected files to replay, found none in s3://lake/nothing/\n"]);
});

test("replay reads Parquet from an s3:// address", async (t) => {
  const { lakehose, s3 } = await lakehoseWith(t);
  const folder = await temporaryFolder(t);
  const path = join(folder, "trips.parquet");
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const connection = await (await DuckDBInstance.create(":memory:")).connect();
  await connection.run(
    `COPY (SELECT TIMESTAMP '2018-03-01 00:00:00' + INTERVAL (i) SECOND AS ended, i FROM range(3) AS r(i)) TO '${path}'`,
  );
  connection.closeSync();
  await put(s3, "archive/trips.parquet", await readFile(path));
  const { code, err } = await invoke(
    lakehose,
    ...["s3://lake/archive/trips.parquet", "--stream", "trips", "--time-field", "ended", "--speedup", "max"],
    ...["--endpoint-url", lakehose.url],
  );
  assert.equal(code, 0, err);
  assert.deepEqual(
    await delivered(lakehose),
    [0, 1, 2].map((i) => `{"ended":"2018-03-01 00:00:0${i}","i":${i}}\n`),
  );
});

test("replay tells an archive and a stream apart, and says what a mistake was", async (t) => {
  const { lakehose } = await lakehoseWith(t);
  const folder = await temporaryFolder(t);
  const file = join(folder, "a.json");
  await writeFile(file, `${trips(2).join("")}`);
  const cases: readonly (readonly [argv: readonly string[], message: RegExp])[] = [
    [[file], /is no name of a stream\. To replay an archive, add --stream/],
    [["trips", "--speedup", "2"], /--speedup is for replays of an archive: name the stream .* with --stream/],
    [[file, "--stream", "trips", "--from", "2018"], /--from is for replays of a stream: leave --stream away/],
    [[file, "--stream", "trips"], /Name the field with the time of the event with --time-field/],
    [
      [file, "--stream", "trips", "--time-field", "at", "--speedup", "0"],
      /Expected --speedup to be a number above 0 or max, got 0/,
    ],
    [
      [file, "--stream", "trips", "--time-field", "at", "--sorted-within", "10"],
      /--sorted-within: Expected a length of time/i,
    ],
    [
      [file, "--stream", "trips", "--time-field", "at"],
      /a\.json: Expected a time in at of any record of the file, got \{"type":"trip"/,
    ],
    [[join(folder, "b.json"), "--stream", "trips", "--time-field", "at"], /found no .*b\.json/],
    [[file, "--stream", "others", "--time-field", "dropoff_datetime"], /ResourceNotFoundException/],
  ];
  for (const [argv, message] of cases) {
    const { code, err } = await invoke(lakehose, ...argv);
    assert.equal(code, 1, argv.join(" "));
    assert.match(err, message);
  }
  assert.deepEqual(await delivered(lakehose), []);
});

test("replay that is interrupted ends with 1 and says where to go on", async (t) => {
  const { lakehose } = await lakehoseWith(t);
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "a.json"), trips(50).join(""));
  const program = join(import.meta.dirname, "..", "..", "bin", "lakehose.mjs");
  const argv = [program, "replay", folder, "--stream", "trips", "--time-field", "dropoff_datetime", "--speedup", "2"];
  const running = promisify(execFile)(process.execPath, argv, {
    env: { ...process.env, LAKEHOSE_ENDPOINT: lakehose.url },
  });
  const ended = running.then(
    () => assert.fail("it ended well"),
    (error: { code: number; stderr: string }) => error,
  );
  while ((await delivered(lakehose)).length < 2) await sleep(50);
  running.child.kill("SIGINT");
  const failure = await ended;
  assert.equal(failure.code, 1, failure.stderr);
  const [, resumeAt] = /stopped by a signal\. Go on with --start (\S+)\.\n/.exec(failure.stderr) ?? [];
  assert.ok(resumeAt !== undefined, failure.stderr);
  const options = ["--stream", "trips", "--time-field", "dropoff_datetime", "--speedup", "max"];
  assert.equal((await invoke(lakehose, folder, ...options, "--start", resumeAt)).code, 0);
  assert.deepEqual(new Set(await delivered(lakehose)), new Set(trips(50)));
});
