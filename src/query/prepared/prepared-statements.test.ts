import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { queryWorld } from "../../../test/fakes/query-world.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { PreparedStatements } from "./prepared-statements.ts";

function folderFor(t: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), "lakehose-prepared-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test("prepared statements belong to their work group, and are there after a restart", async (t) => {
  const directory = folderFor(t);
  let now = 1_000;
  const clock = { now: () => now } as Parameters<typeof PreparedStatements.open>[0]["clock"];
  const opened = () => PreparedStatements.open({ disk: nodeDisk, clock, directory });
  const prepared = await opened();
  await prepared.create({ workGroup: "a", name: "Same", sql: "select 1" });
  await prepared.create({ workGroup: "a", name: "same", sql: "select 2" });
  await prepared.create({ workGroup: "b", name: "same", sql: "select 3" });
  await assert.rejects(prepared.create({ workGroup: "b", name: "same", sql: "x" }), { code: "already-exists" });
  now = 2_000;
  await prepared.update({ workGroup: "b", name: "same", sql: "select 4" });
  await assert.rejects(prepared.update({ workGroup: "c", name: "same", sql: "x" }), { code: "not-found" });
  await prepared.delete("a", "Same");
  const again = await opened();
  assert.deepEqual(
    again.list("a").map(({ name, sql }) => [name, sql]),
    [["same", "select 2"]],
  );
  assert.deepEqual(again.get("b", "same"), { workGroup: "b", name: "same", sql: "select 4", changedAt: 2_000 });
  assert.throws(() => again.get("a", "Same"), { message: "PreparedStatement Same does not exist in workGroup a" });
});

test("PREPARE, EXECUTE and DEALLOCATE", async (t) => {
  const world = await queryWorld();
  t.after(() => world.close());
  await world.run("PREPARE find FROM SELECT x, ? AS note FROM (VALUES 1, 2, 3) AS t(x) WHERE x > ? ORDER BY 1");
  assert.deepEqual((await world.run("EXECUTE find USING 'a, ''b''', 1")).rows, [
    [2, "a, 'b'"],
    [3, "a, 'b'"],
  ]);
  await assert.rejects(world.run("EXECUTE find USING 1"), {
    message: "Incorrect number of parameters: expected 2 but found 1",
  });
  await assert.rejects(world.run("EXECUTE find"), { message: /expected 2 but found 0/ });
  await assert.rejects(world.run("PREPARE find FROM SELECT 1"), { message: /already exists/ });
  await world.run("PREPARE fill FROM INSERT INTO filled VALUES (?)");
  await world.run("CREATE TABLE filled AS SELECT 1 AS id");
  await world.run("EXECUTE fill USING -5");
  assert.deepEqual((await world.run("SELECT id FROM filled ORDER BY 1")).rows, [[-5], [1]]);
  await world.run("DEALLOCATE PREPARE find");
  await assert.rejects(world.run("EXECUTE find USING 'a', 1"), { code: "not-found" });
});
