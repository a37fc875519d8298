import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import avro from "avsc";
import protobuf from "protobufjs";
import { startStandInSchemaRegistry } from "../../../../test/fakes/stand-in-schema-registry.ts";
import { RegistryClient } from "./registry-client.ts";
import { SchemaDecoders } from "./schema-decoders.ts";

const { signal } = new AbortController();

async function fixture(t: TestContext) {
  const registry = await startStandInSchemaRegistry();
  t.after(() => registry.close());
  const decoders = new SchemaDecoders(new RegistryClient({ url: registry.url, signal }));
  const decode = async (bytes: Buffer) => {
    await decoders.prepare([bytes]);
    return decoders.decode(bytes).toString();
  };
  return { registry, decoders, decode };
}

/** As a serializer writes it. */
function written(id: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(id, 1);
  return Buffer.concat([head, payload]);
}

const record = (fields: object[]) => JSON.stringify({ type: "record", name: "R", namespace: "n", fields });
const zigzag = (...values: number[]) => Buffer.from(values.map((value) => value * 2));

test("Avro: unions are the value itself, longs keep their digits, bytes are base64", async (t) => {
  const { registry, decode } = await fixture(t);
  const fields = [
    { name: "big", type: "long" },
    { name: "small", type: ["null", "long", "string"] },
    { name: "none", type: ["null", "string"] },
    { name: "raw", type: "bytes" },
    { name: "list", type: { type: "array", items: ["null", { type: "map", values: "double" }] } },
    { name: "kind", type: { type: "enum", name: "K", symbols: ["A", "B"] } },
  ];
  registry.schemas.set(1, { schema: record(fields) });
  // 9007199254740993 as a zigzag varint: more than a double holds.
  const big = Buffer.from([0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]);
  const rest = avro.Type.forSchema(JSON.parse(record(fields.slice(1))), { wrapUnions: true }).toBuffer({
    small: { long: 5 },
    none: null,
    raw: Buffer.from([0, 255]),
    list: [{ map: { a: 1.5 } }, null],
    kind: "B",
  });
  assert.equal(
    await decode(written(1, Buffer.concat([big, rest]))),
    '{"big":9007199254740993,"small":5,"none":null,"raw":"AP8=","list":[{"a":1.5},null],"kind":"B"}',
  );
});

test("Avro: logical types become decimals with all digits, ISO dates and times", async (t) => {
  const { registry, decode } = await fixture(t);
  const logical = (name: string, type: string, logicalType: string, more: object = {}) => ({
    name,
    type: { type, logicalType, ...more },
  });
  const fields = [
    { name: "price", type: ["null", { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 }] },
    logical("loss", "bytes", "decimal", { precision: 9, scale: 3 }),
    logical("day", "int", "date"),
    logical("at", "long", "timestamp-millis"),
    logical("exact", "long", "timestamp-micros"),
    logical("local", "long", "local-timestamp-millis"),
    logical("clock", "int", "time-millis"),
    logical("fine", "long", "time-micros"),
    logical("id", "string", "uuid"),
    logical("odd", "long", "unheard-of"),
  ];
  registry.schemas.set(2, { schema: record(fields) });
  const physical = fields.map(({ name, type }) => ({
    name,
    type: Array.isArray(type) ? ["null", "bytes"] : (type as { type: string }).type,
  }));
  const bytes = avro.Type.forSchema(JSON.parse(record(physical)), { wrapUnions: true }).toBuffer({
    price: { bytes: Buffer.from([0x04, 0xd2]) },
    loss: Buffer.from([0xff]),
    day: -1,
    at: 1_700_000_000_123,
    exact: -1,
    local: 0,
    clock: 3_661_001,
    fine: 86_399_999_999,
    id: "5f",
    odd: 7,
  });
  assert.deepEqual(JSON.parse(await decode(written(2, bytes))), {
    price: "12.34",
    loss: "-0.001",
    day: "1969-12-31",
    at: "2023-11-14T22:13:20.123Z",
    exact: "1969-12-31T23:59:59.999999Z",
    local: "1970-01-01T00:00:00.000",
    clock: "01:01:01.001",
    fine: "23:59:59.999999",
    id: "5f",
    odd: 7,
  });
});

test("Avro: schemas that a schema refers to are read from their subjects", async (t) => {
  const { registry, decode } = await fixture(t);
  const inner = { type: "record", name: "n.Inner", fields: [{ name: "s", type: "string" }] };
  registry.schemas.set("inner value/3", { schema: JSON.stringify(inner) });
  registry.schemas.set(3, {
    schema: record([{ name: "inner", type: "n.Inner" }]),
    references: [{ name: "n.Inner", subject: "inner value", version: 3 }],
  });
  const bytes = avro.Type.forSchema(inner as avro.Schema).toBuffer({ s: "q" });
  assert.equal(await decode(written(3, bytes)), '{"inner":{"s":"q"}}');
});

const ORDERS = `syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
import "money.proto";
message Order { string id = 1; google.protobuf.Timestamp placed_at = 2; money.Amount amount = 3;
  message Line { int64 pieces = 1; } message Note { string text = 1; } }
message Cancelled { string id = 1; }`;
const MONEY = 'syntax = "proto3"; package money; message Amount { int64 cents = 1; bytes proof = 2; }';

async function protobufFixture(t: TestContext) {
  const opened = await fixture(t);
  const references = [{ name: "money.proto", subject: "money", version: 1 }];
  opened.registry.schemas.set(4, { schemaType: "PROTOBUF", schema: ORDERS, references });
  opened.registry.schemas.set("money/1", { schemaType: "PROTOBUF", schema: MONEY });
  const root = new protobuf.Root();
  protobuf.parse(ORDERS, root);
  protobuf.parse(MONEY, root);
  root.addJSON(protobuf.common.get("google/protobuf/timestamp.proto")?.nested ?? {});
  const encode = (name: string, value: object) => {
    const type = root.lookupType(name);
    return type.encode(type.fromObject(value)).finish();
  };
  return { ...opened, encode };
}

test("Protobuf: the first message, imports of the registry and of Protobuf's own", async (t) => {
  const { decode, encode } = await protobufFixture(t);
  const order = encode("shop.Order", {
    id: "o1",
    placedAt: { seconds: 1, nanos: 5_000_000 },
    amount: { cents: "9007199254740993", proof: Buffer.from([0, 255]) },
  });
  assert.deepEqual(JSON.parse(await decode(written(4, Buffer.concat([zigzag(0), order])))), {
    id: "o1",
    placedAt: "1970-01-01T00:00:01.005Z",
    amount: { cents: "9007199254740993", proof: "AP8=" },
  });
});

test("Protobuf: other messages by their indexes, those within messages too", async (t) => {
  const { decode, encode } = await protobufFixture(t);
  const cancelled = encode("shop.Cancelled", { id: "c" });
  assert.equal(await decode(written(4, Buffer.concat([zigzag(1, 1), cancelled]))), '{"id":"c"}');
  const note = encode("shop.Order.Note", { text: "t" });
  assert.equal(await decode(written(4, Buffer.concat([zigzag(2, 0, 1), note]))), '{"text":"t"}');
});

test("JSON Schema: the payload as it stands", async (t) => {
  const { registry, decode } = await fixture(t);
  registry.schemas.set(5, { schemaType: "JSON", schema: "{}" });
  assert.equal(await decode(written(5, Buffer.from('{"n": 1.10}'))), '{"n": 1.10}');
});

test("what cannot be decoded says why", async (t) => {
  const { registry, decode } = await fixture(t);
  registry.schemas.set(1, { schema: record([{ name: "a", type: "string" }]) });
  registry.schemas.set(2, { schema: '{"type":"nonsense"}' });
  registry.schemas.set(3, { schemaType: "JSON", schema: "{}" });
  registry.schemas.set(4, { schemaType: "PROTOBUF", schema: 'syntax = "proto3"; message M {}' });
  registry.schemas.set(6, { schemaType: "PROTOBUF", schema: 'syntax = "proto3"; import "gone.proto"; message M {}' });
  const cases: [Buffer, RegExp][] = [
    [Buffer.from("{}"), /expected a 0 and the four bytes of a schema's id in front; got 2 bytes/],
    [Buffer.from('{"plain":"json"}'), /got 123/],
    [written(1, Buffer.from([200])), /by schema 1: /],
    [written(1, Buffer.from([2, 97, 98])), /by schema 1: /],
    [written(2, Buffer.from([2])), /by schema 2: it makes no sense: /],
    [written(3, Buffer.from("{")), /by schema 3: /],
    [written(4, zigzag(1, 7)), /by schema 4: expected the index of a message of the schema, got 7/],
    [written(4, zigzag(60)), /at most 32 indexes/],
    [written(4, Buffer.from([255, 255, 255, 255, 255, 255])), /no varint/],
    [written(6, zigzag(0)), /gone\.proto/],
    [written(9, Buffer.from([2])), /by schema 9: the registry knows no such schema/],
  ];
  for (const [bytes, expected] of cases) await assert.rejects(decode(bytes), expected);
});

test("a schema is read once, and so is the answer that there is none", async (t) => {
  const { registry, decode } = await fixture(t);
  registry.schemas.set(5, { schemaType: "JSON", schema: "{}" });
  for (const id of [5, 5, 9, 9]) await decode(written(id, Buffer.from("1"))).catch(() => undefined);
  assert.deepEqual(registry.asked, ["/schemas/ids/5", "/schemas/ids/9"]);
});

test("a registry that gives no answer is no reason to call a record undecodable", async (t) => {
  const { registry, decoders, decode } = await fixture(t);
  registry.schemas.set(5, { schemaType: "JSON", schema: "{}" });
  registry.available = false;
  const bytes = written(5, Buffer.from("1"));
  await assert.rejects(decoders.prepare([bytes]), /schema registry is of no help: .* answered 503/);
  registry.available = true;
  assert.equal(await decode(bytes), "1");
});

test("a registry that asks for user and password gets them", async (t) => {
  const { registry, decoders } = await fixture(t);
  registry.schemas.set(5, { schemaType: "JSON", schema: "{}" });
  registry.credentials = "u:p";
  const bytes = written(5, Buffer.from("1"));
  await assert.rejects(decoders.prepare([bytes]), /answered 401/);
  const client = new RegistryClient({ url: `${registry.url}/`, user: { name: "u", password: "p" }, signal });
  await new SchemaDecoders(client).prepare([bytes]);
});
