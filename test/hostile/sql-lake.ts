import assert from "node:assert/strict";
import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before } from "node:test";
import { QueryError } from "../../src/query/query-error.ts";
import type { QueryLimits } from "../../src/query/query-limits.ts";
import { type QueryWorld, queryWorld } from "../fakes/query-world.ts";

/** A lake with the table `t` of one row, and a file beside it that nobody may read. */

/** What nobody may learn. */
const SECRET = "the secret beside the lake";

let opened: QueryWorld | undefined;

/** Opened before the tests of a file, which has one. */
export function lake(limits: Partial<QueryLimits> = {}): Pick<QueryWorld, "run" | "put" | "keys"> {
  before(async () => {
    opened = await queryWorld({
      durationMs: 3_000,
      spillMib: 16,
      memoryMib: 128,
      scannedBytes: 10_000,
      writtenBytes: 100_000,
      ...limits,
    });
    writeFileSync(secret(), SECRET);
    await opened.put("lake", "t/a", '{"id":1}\n');
    await opened.run(
      "CREATE EXTERNAL TABLE t (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/t/'",
    );
  });
  after(() => opened?.close());
  return {
    run: (...given) => world().run(...given),
    put: (...given) => world().put(...given),
    keys: (...given) => world().keys(...given),
  };
}

function world(): QueryWorld {
  assert.ok(opened !== undefined, "the lake is open while tests run");
  return opened;
}

function secret(): string {
  return join(world().root, "secret.csv");
}

export function files(): readonly string[] {
  const { root } = world();
  const all = readdirSync(root, { recursive: true }).map(String);
  return all.filter((path) => !path.startsWith(join("query", "cache")) && statSync(join(root, path)).isFile());
}

/** It is refused with an error of ours, tells nothing, and leaves nothing behind. */
export async function refused(sql: string, expected: RegExp): Promise<void> {
  const before = files();
  await assert.rejects(world().run(sql), (error: Error) => {
    assert.ok(error instanceof QueryError, `${sql}: ${error}`);
    assert.match(error.message, expected, sql);
    assert.ok(!error.message.includes(SECRET), sql);
    return true;
  });
  assert.deepEqual(files(), before, sql);
  assert.deepEqual((await world().run("select * from t")).rows, [[1]]);
}

/** With the places of this machine that a statement tries to reach. */
export function fill(sql: string): string {
  return sql.replaceAll("FILE", secret()).replaceAll("DIRECTORY", world().root);
}

export function many(source: string, count: number): string {
  return Array.from({ length: count }, (_, index) => `${source} as ${String.fromCharCode(97 + index)}(x)`).join(", ");
}
