import assert from "node:assert/strict";
import { test } from "node:test";
import { definition, StreamParts } from "../../test/fakes/stream-parts.ts";
import type { DeliveryDefinition } from "../model/delivery-definition.ts";
import type { CreateStream, TranslateDeclared } from "./streams.ts";
import { StreamsService } from "./streams-service.ts";
import { warningsOf } from "./warnings.ts";

const REQUEST: CreateStream = {
  name: "orders",
  arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
  type: "DirectPut",
  declared: {},
  extensions: {},
  tags: new Map(),
  encryption: { status: "DISABLED", toggledAt: [] },
};

async function opened(translate: TranslateDeclared) {
  const parts = new StreamParts();
  const reopen = () => StreamsService.open(parts.dependencies({ translate }));
  return { parts, streams: await reopen(), reopen };
}

test("tableChanged() has streams that take their schema from the table go on with the new one, at the same version", async () => {
  const tables = new Map([["sales.orders", "a"]]);
  const { parts, streams, reopen } = await opened(() => [withTable(tables)]);
  await streams.create(REQUEST);
  const formatNow = () => streams.get("orders")?.deliveries[0]?.format.options;
  assert.deepEqual(formatNow(), { schema: "a" });
  tables.set("sales.orders", "a, b");
  streams.tableChanged({ databaseName: "sales", tableName: "others" });
  await streams.settled();
  assert.deepEqual(formatNow(), { schema: "a" });
  streams.tableChanged({ databaseName: "Sales", tableName: "ORDERS" });
  await streams.settled();
  assert.deepEqual(formatNow(), { schema: "a, b" });
  assert.equal(streams.get("orders")?.versionId, "1");
  assert.deepEqual(parts.delivery().plans.at(-1)?.definition.format.options, { schema: "a, b" });
  tables.set("sales.orders", "c");
  const again = await reopen();
  assert.deepEqual(again.get("orders")?.deliveries[0]?.format.options, { schema: "c" }, "a start catches up");
  assert.deepEqual(parts.delivery().plans.at(-1)?.definition.format.options, { schema: "c" });
});

test("create() misses no change of a table that comes while it is under way", async () => {
  const tables = new Map([["sales.orders", "a"]]);
  let streams: StreamsService | undefined;
  const translate = async () => {
    const made = [withTable(tables)];
    if (tables.get("sales.orders") === "a") {
      tables.set("sales.orders", "b");
      streams?.tableChanged({ databaseName: "sales", tableName: "orders" });
    }
    return made;
  };
  ({ streams } = await opened(translate));
  await streams.create(REQUEST);
  await streams.settled();
  assert.deepEqual(streams.get("orders")?.deliveries[0]?.format.options, { schema: "b" });
});

test("a stream whose table cannot be used is warned about, until it can", async () => {
  const rejecting = { type: "reject", options: { message: "There is no table" } };
  let there = false;
  const { parts, streams } = await opened(() => [{ ...withTable(new Map()), processors: there ? [] : [rejecting] }]);
  const document = await streams.create(REQUEST);
  assert.deepEqual(parts.warnings(), ["table-unusable"]);
  assert.match(
    warningsOf(document)[0]?.message ?? "",
    /rejected until table sales\.orders can be used: There is no table/,
  );
  there = true;
  streams.tableChanged({ databaseName: "sales", tableName: "orders" });
  await streams.settled();
  const now = streams.get("orders");
  assert.deepEqual(now && warningsOf(now), []);
});

function withTable(tables: ReadonlyMap<string, string>): DeliveryDefinition {
  const table = { databaseName: "sales", tableName: "orders", versionId: "LATEST" };
  const options = { schema: tables.get("sales.orders") ?? "" };
  return { ...definition("destinationId-000000000001"), table, format: { type: "raw", options } };
}
