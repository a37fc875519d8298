import assert from "node:assert/strict";
import { test } from "node:test";
import { parseHiveType } from "../../model/schema/hive-type.ts";
import type { Content } from "./content.ts";
import type { Sample } from "./merge-contents.ts";
import type { Folder } from "./scan.ts";
import { candidatesOf, joinAlike, layoutOf, type TableGrouping } from "./table-candidates.ts";

function json(...columns: string[]): Content {
  const named = columns.map((name) => ({ name, type: parseHiveType("string") }));
  return { compression: "none", form: { format: "json", layout: "lines" }, columns: named, warnings: [] };
}

/** Tables of these folders: root, keys and values, from what lies in each. */
function tablesOf(contents: Record<string, Content | number>, grouping: TableGrouping = "folders") {
  const folders: Folder[] = Object.entries(contents).map(([path, content]) => {
    return { path, objects: typeof content === "number" ? content : 1, samples: [] };
  });
  const samples: Sample[] = Object.entries(contents).map(([folder, content]) => {
    return { key: `${folder}f`, folder, content: typeof content === "number" ? json("a") : content };
  });
  return joinAlike(candidatesOf(folders, grouping), samples).map((candidate) => {
    const { keys, partitions, warnings } = layoutOf(candidate);
    return {
      root: candidate.root,
      keys,
      partitions: partitions.map(({ values, path }) => `${values} ${path}`),
      warnings,
    };
  });
}

test("folders of one form and columns are one table, others are tables of their own", () => {
  assert.deepEqual(tablesOf({ "eu/": json("a", "b", "c"), "us/": json("a", "b", "c", "d") }), [
    { root: "", keys: ["partition_0"], partitions: ["eu eu/", "us us/"], warnings: [] },
  ]);
  const apart = tablesOf({ "orders/": json("id", "price"), "people/": json("name", "city") });
  assert.deepEqual(
    apart.map(({ root, keys }) => [root, keys]),
    [
      ["orders/", []],
      ["people/", []],
    ],
  );
});

test("trees come together from below", () => {
  const same = json("a");
  const tables = tablesOf({ "x/eu/dt=1/": same, "x/us/dt=1/": same, "y/eu/dt=1/": same, "y/us/dt=2/": same });
  assert.deepEqual(tables, [
    {
      root: "",
      keys: ["partition_0", "partition_1", "dt"],
      partitions: ["x,eu,1 x/eu/dt=1/", "x,us,1 x/us/dt=1/", "y,eu,1 y/eu/dt=1/", "y,us,2 y/us/dt=2/"],
      warnings: [],
    },
  ]);
});

test("a location can be made one table whatever is below", () => {
  const [table, ...others] = tablesOf({ "orders/": json("id"), "people/": json("name") }, "location");
  assert.equal(others.length, 0);
  assert.deepEqual(table?.keys, ["partition_0"]);
});

test("one folder that is different does not keep many from being a table", () => {
  const tables = tablesOf({ "a/": json("x"), "b/": json("x"), "c/": json("x"), "odd/": json("y") });
  assert.deepEqual(tables.map(({ root }) => root).sort(), ["", "odd/"]);
});

test("layoutOf() takes the keys of most objects, and says what lies elsewhere", () => {
  const [table] = tablesOf({ "": 1, "dt=1/": 5, "dt=2/h=1/": 2, "dt=2/h=2/": 2, "day=3/": 1 });
  assert.deepEqual(table?.keys, ["dt"]);
  assert.deepEqual(table?.partitions, ["1 dt=1/", "2 dt=2/"]);
  assert.deepEqual(
    table?.warnings.map((warning) => warning.split(":")[0]),
    ["the top folder is left out", "day=3/ is left out", "2 folders lie below partitions"],
  );
});

test("layoutOf() keeps the first of two folders with the same values", () => {
  const [table] = tablesOf({ "DT=1/": 1, "dt=1/": 1 });
  assert.deepEqual(table?.partitions, ["1 DT=1/"]);
  assert.deepEqual(table?.warnings, ["dt=1/ is left out: DT=1/ has the same values"]);
});
