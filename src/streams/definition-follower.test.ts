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

async function opened(translate: TranslateDeclared, code: ReadonlyMap<string, string> = new Map()) {
  const parts = new StreamParts();
  const codeDigest = async (name: string) => code.get(name);
  const reopen = () => StreamsService.open(parts.dependencies({ translate, codeDigest }));
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

test("a change of code is a plan of the same version, once two looks have seen the same", async () => {
  const code = new Map([["enrich", "a"]]);
  const { parts, streams, reopen } = await opened(() => [calling("enrich"), definition("destinationId-2")], code);
  await streams.create(REQUEST);
  const codeNow = () => streams.get("orders")?.deliveries[0]?.processors[0]?.options.code;
  const look = async () => {
    await parts.clock.advance(1000);
    await streams.settled();
  };
  assert.equal(codeNow(), "a");
  await look();
  code.set("enrich", "half of b");
  await look();
  assert.equal(codeNow(), "a", "somebody may still be writing");
  code.set("enrich", "b");
  await look();
  assert.equal(codeNow(), "a");
  await look();
  assert.equal(codeNow(), "b");
  assert.equal(streams.get("orders")?.versionId, "1");
  const plans = () => parts.delivery().plans.map(({ definition }) => definition.processors[0]?.options.code);
  assert.deepEqual(plans(), ["a", "b"]);
  await look();
  assert.deepEqual(plans(), ["a", "b"], "nothing changed, nothing is planned");
  code.delete("enrich");
  await look();
  await look();
  assert.deepEqual(plans(), ["a", "b", undefined]);
  assert.deepEqual(Object.keys(parts.delivery().plans.at(-1)?.definition.processors[0]?.options ?? {}), ["function"]);
  await streams.close();
  code.set("enrich", "c");
  const again = await reopen();
  assert.equal(again.get("orders")?.deliveries[0]?.processors[0]?.options.code, "c", "a start catches up");
  assert.deepEqual(plans(), ["c"]);
});

test("code and table of one stream are followed side by side, and an update keeps both", async () => {
  const code = new Map([["enrich", "a"]]);
  const tables = new Map([["sales.orders", "x"]]);
  const { parts, streams } = await opened(() => [{ ...withTable(tables), ...processing("enrich") }], code);
  await streams.create(REQUEST);
  code.set("enrich", "b");
  tables.set("sales.orders", "y");
  streams.tableChanged({ databaseName: "sales", tableName: "orders" });
  await streams.settled();
  await streams.update("orders", "1", () => ({ declared: { changed: true } }));
  await streams.settled();
  const { processors, format } = parts.delivery().plans.at(-1)?.definition ?? {};
  assert.deepEqual([processors?.[0]?.options.code, format?.options], ["b", { schema: "y" }]);
  assert.equal(parts.delivery().plans.at(-1)?.version, "2");
});

test("close() waits for no plan that waits for a function", async () => {
  const code = new Map([["enrich", "a"]]);
  const { parts, streams } = await opened(() => [calling("enrich")], code);
  await streams.create(REQUEST);
  parts.delivery().apply = () => new Promise(() => undefined);
  code.set("enrich", "b");
  await parts.clock.advance(1000);
  await parts.clock.advance(1000);
  assert.equal(streams.get("orders")?.deliveries[0]?.processors[0]?.options.code, "b");
  await streams.close();
});

function calling(functionName: string): DeliveryDefinition {
  return { ...definition("destinationId-000000000001"), ...processing(functionName) };
}

function processing(functionName: string): Pick<DeliveryDefinition, "processors"> {
  return { processors: [{ type: "lambda", options: { function: functionName } }] };
}

function withTable(tables: ReadonlyMap<string, string>): DeliveryDefinition {
  const table = { databaseName: "sales", tableName: "orders", versionId: "LATEST" };
  const options = { schema: tables.get("sales.orders") ?? "" };
  return { ...definition("destinationId-000000000001"), table, format: { type: "raw", options } };
}
