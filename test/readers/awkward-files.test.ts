import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { crawl } from "../../src/catalog/crawler/crawl.ts";
import { CHANGE_POLICY_DEFAULT } from "../../src/catalog/crawler/schema-change.ts";
import { systemClock } from "../../src/std/clock.ts";
import { type QueryWorld, queryWorld } from "../fakes/query-world.ts";
import { awkwardFiles, brokenFiles } from "./awkward-files.ts";

/** Files as they come: the crawler makes tables of them, and SQL finds their rows. */
describe("awkward files", () => {
  let world: QueryWorld;
  before(async () => {
    world = await queryWorld();
  });
  after(() => world.close());

  const run = async (prefix: string) => {
    const { catalog, partitions, storeFor } = world;
    const options = { crawler: "c", database: "default", policy: CHANGE_POLICY_DEFAULT, clock: systemClock };
    const report = await crawl([{ bucket: "lake", prefix }], { ...options, catalog, partitions, storeFor });
    return report.tables.map(({ name }) => name);
  };

  for (const [index, { name, content, rows }] of awkwardFiles.entries()) {
    test(name, async () => {
      await world.put("lake", `t${index}/${name}`, content);
      assert.deepEqual(await run(`t${index}/`), [`t${index}`]);
      const sorted = (all: readonly (readonly unknown[])[]) => all.map((row) => JSON.stringify(row)).toSorted();
      const found = await world.run(`SELECT id, name FROM t${index}`);
      assert.deepEqual(sorted(found.rows), sorted(rows));
    });
  }

  for (const { name, content } of brokenFiles) {
    test(`${name} is refused by the crawler and by SQL`, async () => {
      const table = name.replaceAll(/\W/g, "_");
      await world.put("lake", `${table}/${name}`, content);
      assert.deepEqual(await run(`${table}/`), []);
      await world.run(
        `CREATE EXTERNAL TABLE ${table} (id int) ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION 's3://lake/${table}/'`,
      );
      await assert.rejects(world.run(`SELECT * FROM ${table}`), /./);
    });
  }
});
