import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";

import { start } from "../../src/server/index.ts";

const TABLE =
  "CREATE EXTERNAL TABLE clicks (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/clicks/'";

const STREAM = {
  DeliveryStreamName: "clicks",
  ExtendedS3DestinationConfiguration: {
    RoleARN: "arn:aws:iam::000000000000:role/r",
    BucketARN: "arn:aws:s3:::lake",
    Prefix: "clicks/",
    ErrorOutputPrefix: "errors/",
    CompressionFormat: "GZIP",
  },
  lakehose: { "roll-records": 40 },
};

const COMPACT = {
  kind: "compact",
  options: { database: "default", table: "clicks", minimumFiles: 2, minimumAgeMinutes: 0, graceMinutes: 0 },
};

/** Of before this server's time, one row with a negative id each; the run of the day comes right after the start. */
const OLD_FILES = 500;
const EXPIRY = [{ bucket: "lake", prefix: "clicks/", expireAfterDays: 3 }];

function writeOldFiles(data: string): void {
  const folder = join(data, "buckets", "lake", "clicks");
  mkdirSync(folder, { recursive: true });
  const at = new Date(Date.now() - 5 * 24 * 60 * 60_000);
  for (let file = 1; file <= OLD_FILES; file++) {
    const path = join(folder, `an-old-${String(file).padStart(5, "0")}`);
    writeFileSync(path, `{"id":${-file}}\n`);
    utimesSync(path, at, at);
  }
}

interface Answer {
  readonly id: string;
  readonly state?: string;
  readonly endedAt?: number;
  readonly failure?: { readonly message: string };
  readonly counters?: Readonly<Record<string, number>>;
  readonly rows?: readonly (readonly unknown[])[];
}

test("while a stream delivers, files are compacted, old ones expire and a crawler looks at them, each answer has each record once", async (t) => {
  const data = mkdtempSync(join(tmpdir(), "lakehose-at-once-"));
  writeOldFiles(data);
  const lakehose = await start({ data, streams: [STREAM], lifecycle: EXPIRY });
  t.after(async () => {
    await lakehose.close();
    rmSync(data, { recursive: true, force: true });
  });
  const api = async (method: string, path: string, body?: object): Promise<Answer> => {
    const content = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return (await (await fetch(`${lakehose.url}/api/${path}`, { method, ...content })).json()) as Answer;
  };
  const ended = async (kind: string, begun: Answer): Promise<Answer> => {
    for (let now = begun; ; now = await api("GET", `${kind}/${begun.id}`)) {
      if (now.endedAt !== undefined || ["succeeded", "failed", "done"].includes(now.state ?? "")) return now;
      await setTimeout(10);
    }
  };
  const query = async (sql: string) => {
    const end = await ended("queries", await api("POST", "queries", { sql, fresh: true }));
    assert.equal(end.failure, undefined, end.failure?.message);
    return (await api("GET", `queries/${end.id}/rows`)).rows?.[0]?.map(Number) ?? [];
  };
  await query("CREATE DATABASE IF NOT EXISTS default");
  await query(TABLE);
  await api("PUT", "jobs/compact", COMPACT);

  let [sent, acknowledged, over] = [0, 0, false];
  const until = async (work: () => Promise<unknown>) => {
    while (!over) await work();
  };
  const put = async () => {
    const lines = Array.from({ length: 25 }, () => `{"id":${sent++}}\n`).join("");
    const response = await fetch(`${lakehose.url}/v1/streams/clicks/records`, {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: lines,
    });
    assert.equal(response.status, 200, await response.text());
    acknowledged = sent;
  };
  await put();
  await lakehose.flush("clicks");
  const producing = until(async () => {
    await put();
    await setTimeout(20);
  });
  let compacted = 0;
  const compacting = until(async () => {
    const run = await ended("job-runs", await api("POST", "jobs/compact/runs", {}));
    assert.equal(run.state, "succeeded", JSON.stringify(run));
    compacted += run.counters?.filesWritten ?? 0;
    await setTimeout(100);
  });
  const crawling = until(async () => {
    const crawl = await api("POST", "crawls", { locations: ["s3://lake/clicks/"], database: "found" });
    const end = await ended("crawls", crawl);
    assert.equal(end.state, "done", JSON.stringify(end.failure));
    await setTimeout(300);
  });
  const old: number[] = [];
  for (let round = 0; round < 25; round++) {
    const before = acknowledged;
    const [all, distinct, newest, count = 0] = await query(
      "SELECT count(*), count(DISTINCT id), max(id) + 1, count_if(id >= 0) FROM clicks",
    );
    assert.equal(all, distinct, `round ${round}: nothing twice`);
    assert.equal(count, newest, `round ${round}: nothing missing`);
    assert.ok(count >= before, `round ${round}: ${count} of ${before}`);
    old.push(Number(all) - count);
  }
  over = true;
  await Promise.all([producing, compacting, crawling]);
  await lakehose.flush("clicks");
  assert.ok(compacted > 1, `${compacted} files were made of others`);
  const ours = "SELECT count(*), count(DISTINCT id) FROM clicks WHERE id >= 0";
  assert.deepEqual(await query(ours), [sent, sent]);
  const names = () => readdirSync(join(data, "buckets", "lake", "clicks"));
  while (names().some((name) => /^an-old-\d+$/.test(name))) await setTimeout(20);
  assert.deepEqual(await query(ours), [sent, sent], "only what was due has gone");
  assert.ok(names().length < sent / 40, `${names().length} files are left of ${sent / 40}`);
  assert.deepEqual(
    old,
    old.toSorted((a, b) => b - a),
    "what has expired does not come back",
  );
});
