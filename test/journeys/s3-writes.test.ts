import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { gzipSync } from "node:zlib";
import { startJourney, until } from "./journey.ts";
import { S3_PEERS, S3Peer } from "./s3-peer.ts";

/**
 * What SQL and jobs write into S3 servers that others wrote; what these hold is read with the AWS SDK.
 * `npm run servers -- run s3 moto -- node --test test/journeys/s3-writes.test.ts` brings both (LAKEHOSE_TEST_S3,
 * LAKEHOSE_TEST_MOTO).
 */
for (const { variable, endpoint, skip } of S3_PEERS) {
  test(`CREATE TABLE AS, INSERT and UNLOAD put whole files into S3, or none (${variable})`, { skip }, async (t) => {
    const { peer, bucket, sql, fails } = await lake(t, endpoint);
    await sql(`CREATE TABLE daily WITH (external_location = 's3://${bucket}/daily/', partitioned_by = ARRAY['day'])
      AS SELECT * FROM (VALUES (1, 'a', '01'), (2, 'b', '01'), (3, NULL, '02')) AS v(id, note, day)`);
    await sql("INSERT INTO daily SELECT id + 10, note, '03' FROM daily WHERE day = '01'");
    const rows = "SELECT day, count(*), sum(id) FROM daily GROUP BY day ORDER BY day";
    assert.deepEqual(await sql(rows), [
      ["01", 2, 3],
      ["02", 1, 3],
      ["03", 2, 23],
    ]);
    const keys = await peer.keys(bucket);
    assert.deepEqual(
      keys.map((key) => key.replace(/[^/]*$/, "")),
      ["daily/day=01/", "daily/day=02/", "daily/day=03/"],
    );
    assert.ok((await peer.read(bucket)).every(({ bytes }) => bytes.subarray(-4).equals(Buffer.from("PAR1"))));

    await fails("INSERT INTO daily SELECT CAST(note AS integer), note, '04' FROM daily", /Could not convert/);
    await fails(`CREATE TABLE other WITH (external_location = 's3://${bucket}/daily/') AS SELECT 1 AS a`, /daily/);
    await fails(`UNLOAD (SELECT 1 AS a) TO 's3://${bucket}/daily/' WITH (format = 'JSON')`, /daily/);
    assert.deepEqual(await peer.keys(bucket), keys, "what failed leaves nothing");

    const unload = `TO 's3://${bucket}/unloaded/' WITH (format = 'JSON', compression = 'NONE')`;
    await sql(`UNLOAD (SELECT id, day FROM daily WHERE id > 2 ORDER BY id) ${unload}`);
    const unloaded = (await peer.read(bucket)).filter(({ key }) => key.startsWith("unloaded/"));
    const lines = unloaded.flatMap(({ bytes }) => bytes.toString().trim().split("\n"));
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [
        { id: 3, day: "02" },
        { id: 11, day: "03" },
        { id: 12, day: "03" },
      ],
    );
  });

  test(`a compaction in S3 leaves one file with all records, and the old ones go (${variable})`, {
    skip,
  }, async (t) => {
    const { peer, bucket, sql, api } = await lake(t, endpoint);
    for (let file = 0; file < 30; file++) {
      const lines = Array.from({ length: 10 }, (_, line) => `{"id":${file * 10 + line}}\n`).join("");
      await peer.put(bucket, `clicks/${String(file).padStart(2, "0")}.json.gz`, gzipSync(lines));
    }
    await sql(
      `CREATE EXTERNAL TABLE clicks (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://${bucket}/clicks/'`,
    );
    const options = { database: "default", table: "clicks", minimumFiles: 2, minimumAgeMinutes: 0, graceMinutes: 0 };
    await api("PUT", "jobs/compact", { kind: "compact", options });
    const { id } = await api("POST", "jobs/compact/runs", {});
    const all = "SELECT count(*), count(DISTINCT id), sum(id) FROM clicks";
    let state: string | undefined;
    await until(async () => {
      state = (await api("GET", `job-runs/${id}`)).state;
      return state === "succeeded" || state === "failed";
    });
    assert.equal(state, "succeeded");
    await until(async () => (await peer.keys(bucket)).length === 1);
    assert.deepEqual(await sql(all), [[300, 300, 44850]], "at rest");
    assert.match((await peer.keys(bucket)).join(), /^clicks\/00-rewritten-[0-9a-f]{16}\.json\.gz$/);
  });
}

interface Answer {
  readonly id: string;
  readonly state?: string;
  readonly failure?: { readonly message: string };
  readonly rows?: readonly unknown[];
}

async function lake(t: TestContext, endpoint: string) {
  const peer = S3Peer.open(t, endpoint);
  const bucket = await peer.makeBucket();
  const { lakehose } = await startJourney(t, peer.options());
  const api = async (method: string, path: string, body?: object): Promise<Answer> => {
    const content = body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return (await (await fetch(`${lakehose.url}/api/${path}`, { method, ...content })).json()) as Answer;
  };
  const ended = async (text: string): Promise<Answer> => {
    const { id } = await api("POST", "queries", { sql: text, database: "default" });
    for (;;) {
      const now = await api("GET", `queries/${id}?wait=5`);
      if (["succeeded", "failed"].includes(now.state ?? "")) return now;
    }
  };
  const sql = async (text: string) => {
    const { id, failure } = await ended(text);
    assert.equal(failure, undefined, failure?.message);
    return (await api("GET", `queries/${id}/rows`)).rows;
  };
  const fails = async (text: string, message: RegExp) =>
    assert.match((await ended(text)).failure?.message ?? "", message);
  await sql("CREATE DATABASE IF NOT EXISTS default");
  return { peer, bucket, api, sql, fails };
}
