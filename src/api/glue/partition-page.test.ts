import assert from "node:assert/strict";
import { test } from "node:test";
import type { Partition } from "../../catalog/partition.ts";
import { compareValues } from "../../catalog/partition-values.ts";
import { type PartitionPageRequest, partitionPage } from "./partition-page.ts";

function inOrder(...all: readonly string[][]): Partition[] {
  return [...all].sort(compareValues).map((values) => ({ definition: { values }, createdAt: 0 }));
}

const MANY = inOrder(...Array.from({ length: 250 }, (_, index) => [String(index % 7), String(index)]));

const describe = ({ definition }: Partition) => ({ values: [...definition.values] });

async function pages(partitions: readonly Partition[], request: PartitionPageRequest, keep = () => true) {
  const found: string[][][] = [];
  for (let next: { NextToken?: string } = {}; ; ) {
    const page = await partitionPage(partitions, keep, describe, { ...request, ...next });
    found.push(page.items.map(({ values }) => values));
    if (page.next.NextToken === undefined) return found;
    ({ next } = page);
  }
}

const valuesOf = (partitions: readonly Partition[]) => partitions.map(({ definition }) => definition.values);

test("partitionPage() shows all in order, in pages of the size that was asked for", async () => {
  const found = await pages(MANY, { MaxResults: 100 });
  assert.deepEqual(
    found.map(({ length }) => length),
    [100, 100, 50],
  );
  assert.deepEqual(found.flat(), valuesOf(MANY));
  assert.deepEqual((await pages(MANY, { MaxResults: 250 })).length, 1, "no token where nothing is left");
});

test("partitionPage() goes on behind the last one shown, whatever came or went meanwhile", async () => {
  const first = await partitionPage(inOrder(["a"], ["c"], ["e"]), () => true, describe, { MaxResults: 2 });
  const later = inOrder(["a"], ["b"], ["d", "x"], ["e"]);
  const second = await partitionPage(later, () => true, describe, { MaxResults: 2, ...first.next });
  assert.deepEqual(second, { items: [{ values: ["d", "x"] }, { values: ["e"] }], next: {} });
});

test("partitionPage() gives each partition to one segment", async () => {
  const segments = await Promise.all(
    [0, 1, 2].map((SegmentNumber) => pages(MANY, { MaxResults: 30, Segment: { SegmentNumber, TotalSegments: 3 } })),
  );
  for (const segment of segments) assert.ok(segment.flat().length > 50);
  assert.deepEqual(segments.flat(2).sort(compareValues), valuesOf(MANY));
  const beyond = partitionPage(MANY, () => true, describe, { Segment: { SegmentNumber: 3, TotalSegments: 3 } });
  await assert.rejects(beyond, { code: "InvalidInputException", message: /from 0 to 2.*got 3/ });
});

test("partitionPage() cuts a page that would become too large, and still goes on", async () => {
  const wide = (partition: Partition) => ({ ...describe(partition), text: "x".repeat(1024 * 1024) });
  const page = await partitionPage(MANY, () => true, wide, {});
  assert.equal(page.items.length, 4);
  assert.notEqual(page.next.NextToken, undefined);
});

test("partitionPage() refuses a token that no answer gave", async () => {
  for (const NextToken of [
    "",
    "x",
    "%%",
    Buffer.from("{}").toString("base64url"),
    Buffer.from("[1]").toString("base64url"),
  ]) {
    const page = partitionPage(MANY, () => true, describe, { NextToken });
    await assert.rejects(page, { code: "InvalidInputException", message: /NextToken/ });
  }
});
