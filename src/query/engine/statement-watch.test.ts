import assert from "node:assert/strict";
import { test } from "node:test";
import { queryWorld } from "../../../test/fakes/query-world.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { QueryError } from "../query-error.ts";

type Told = readonly [name: string, fields: Readonly<Record<string, unknown>>];

test("each statement has one end, with what it was and what came of it", async (t) => {
  const told: Told[] = [];
  const telemetry: Telemetry = { emit: (name, fields) => told.push([name, { ...fields }]) };
  const world = await queryWorld({}, telemetry);
  t.after(() => world.close());
  const storyOf = async (sql: string, signal?: AbortSignal) => {
    told.length = 0;
    await world.run(sql, signal).catch(() => undefined);
    return told
      .filter(([name]) => name.startsWith("query."))
      .map(([name, { statement, state, code, rows, files }]) => [name, statement, state, code, rows, files]);
  };
  await world.put("lake", "t/a", '{"id":1}\n{"id":2}\n');
  assert.deepEqual(
    await storyOf(
      "CREATE EXTERNAL TABLE t (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/t/'",
    ),
    [
      ["query.started", "create-table", undefined, undefined, undefined, undefined],
      ["query.ended", "create-table", "succeeded", "", 0, 0],
    ],
  );
  assert.deepEqual((await storyOf("SELECT * FROM t")).at(-1), ["query.ended", "query", "succeeded", "", 2, 1]);
  assert.equal(told.at(-1)?.[1].scannedBytes, 18);
  assert.deepEqual((await storyOf("INSERT INTO t VALUES 3")).at(-1), ["query.ended", "insert", "succeeded", "", 1, 0]);
  assert.deepEqual((await storyOf("SELECT * FROM nowhere")).at(-1), [
    "query.ended",
    "query",
    "failed",
    "not-found",
    0,
    0,
  ]);
  assert.deepEqual(await storyOf("COPY t TO 'x'"), [["query.ended", "unread", "failed", "unsupported", 0, 0]]);
  const cancelled = AbortSignal.abort(new QueryError("cancelled", "The query was cancelled"));
  assert.deepEqual(await storyOf("SELECT 1", cancelled), [["query.ended", "query", "cancelled", "cancelled", 0, 0]]);
});
