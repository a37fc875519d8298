import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { findHivePartitions, hivePartitionFolder, hivePartitionOf } from "./partition-layout.ts";

const KEYS = ["year", "month"];

test("hivePartitionOf() tells the values from the folders", () => {
  const folder = "year=2019/month=02/";
  const expected = { values: ["2019", "02"], folder };
  for (const path of [`${folder}a.parquet`, folder, `${folder}hour=3/a.parquet`, `${folder}deep/er/a.parquet`]) {
    assert.deepEqual(hivePartitionOf(path, KEYS), expected, path);
  }
  assert.deepEqual(hivePartitionOf("Year=2019/MONTH=02/a", KEYS), {
    values: ["2019", "02"],
    folder: "Year=2019/MONTH=02/",
  });
  assert.deepEqual(hivePartitionOf("year=__HIVE_DEFAULT_PARTITION__/month=1/a", KEYS)?.values, [
    "__HIVE_DEFAULT_PARTITION__",
    "1",
  ]);
});

test("hivePartitionOf() decodes percent codes, and leaves what is none", () => {
  const values = {
    "a%2Fb": "a/b",
    "a%3db": "a=b",
    "x=y": "x=y",
    "%C3%BC": "ü",
    ü: "ü",
    "100%": "100%",
    "%zz%41": "%zzA",
    "%FF": "%FF",
    "a b+c": "a b+c",
  };
  for (const [written, value] of Object.entries(values)) {
    assert.deepEqual(hivePartitionOf(`k=${written}/f`, ["k"])?.values, [value], written);
  }
  assert.deepEqual(hivePartitionOf("a%3Ab=1/f", ["a:b"])?.values, ["1"], "names of keys too");
  assert.deepEqual(hivePartitionOf("_day=1/f", ["_day"])?.values, ["1"]);
});

test("hivePartitionOf() leaves alone what is no partition", () => {
  const paths = [
    "",
    "a.parquet",
    "year=2019/a.parquet",
    "year=2019/month=02",
    "month=02/year=2019/a",
    "old/year=2019/month=02/a",
    "year=2019/02/a",
    "2019/02/a",
    "year=/month=02/a",
    `year=${"9".repeat(1025)}/month=02/a`,
    "_temporary/year=2019/month=02/a",
    "year=2019/month=02/.staging/a",
    "year=2019/month=02/_SUCCESS",
    "/year=2019/month=02/a",
  ];
  for (const path of paths) assert.equal(hivePartitionOf(path, KEYS), undefined, path.slice(0, 80));
  assert.equal(hivePartitionOf("a", []), undefined);
});

test("findHivePartitions() names each once, by values in order, with the folder that came first", async () => {
  const paths = ["k=b/1", "k=b/2", "k=c/1", "x/1", "k=%61/1", "k=a/1", "k=b/3"];
  assert.deepEqual(await findHivePartitions(paths, ["k"]), [
    { values: ["a"], folder: "k=%61/" },
    { values: ["b"], folder: "k=b/" },
    { values: ["c"], folder: "k=c/" },
  ]);
});

test("hivePartitionFolder() is read back whatever the values are", () => {
  const value = fc.string({ unit: "binary", minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(value, value, (first, second) => {
      const folder = hivePartitionFolder(KEYS, [first, second]);
      assert.deepEqual(hivePartitionOf(`${folder}a`, KEYS), { values: [first, second], folder });
    }),
  );
  assert.equal(hivePartitionFolder(["day"], ["2024-05-06 10:00"]), "day=2024-05-06 10%3A00/");
});
