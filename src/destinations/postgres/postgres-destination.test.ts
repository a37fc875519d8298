import assert from "node:assert/strict";
import { test } from "node:test";
import {
  attemptAt,
  makeRecordParcel,
  recordDestinationConformance,
} from "../../../test/conformance/record-destination.ts";
import { deliverOnce, postgresUnderTest, skipWithoutPostgres } from "../../../test/fakes/postgres-under-test.ts";
import { startStatementProxy } from "../../../test/fakes/statement-proxy.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import { postgresDestinationType } from "./postgres-destination.ts";

const LINES = "CREATE TABLE lines (place bigserial, number int UNIQUE, body text)";
const LINE_COLUMNS = { number: "number", body: { from: "record" } };

for (const [kind, key] of [["adds", undefined] as const, ["replaces by key", ["number"]] as const]) {
  if (skipWithoutPostgres) {
    test(`postgres, ${kind}: record destination conformance`, { skip: skipWithoutPostgres });
    continue;
  }
  recordDestinationConformance(`postgres, ${kind}`, async (t) => {
    const database = await postgresUnderTest(t, LINES);
    const proxy = await startStatementProxy(database.server);
    afterwards(t, () => proxy.close());
    // Short, because what hangs at the server is waited for.
    const limits = { statementTimeoutMs: 1_000 };
    const through = { host: "127.0.0.1", port: proxy.port, table: "lines", columns: LINE_COLUMNS, ...limits };
    const open = () => database.open({ ...through, ...(key === undefined ? {} : { key: [...key] }) });
    return {
      destination: open(),
      guarantee: postgresDestinationType.guarantee,
      successor: open,
      faults: ["before", "after", "hang"],
      fail: (fault) => proxy.failAt("COMMIT\0", fault === "partial" ? "before" : fault),
      visible: async () => (await database.rows("SELECT body FROM lines ORDER BY number")).flat().map(String),
      poison: '{"number":"four"}',
      close: async () => undefined,
    };
  });
}

const options = { skip: skipWithoutPostgres };

test("fields go to columns of their names, and the server converts them", options, async (t) => {
  const { open, rows } = await postgresUnderTest(
    t,
    `CREATE TABLE things (id bigint, price numeric, name text, at timestamptz, tags text[], numbers int[], body jsonb,
       flag boolean, data bytea, "Odd ""name" text, total numeric GENERATED ALWAYS AS (price * 2) STORED)`,
  );
  const record = `{"id": 9007199254740993, "price": 0.1000000000000000055, "name": "a\\tb\\\\c\\n\\u00e9\\u20ac", "at": "2026-02-25T13:00:00+01:00",
    "tags": ["x", "say \\"y\\"", null, "{z}"], "numbers": [1, 2], "body": {"deep": [1, {"text": "line\\nbreak \\\\ é"}]}, "flag": true,
    "data": "\\\\xdeadbeef", "Odd \\"name": "odd", "unknown": 1}`;
  assert.deepEqual(await deliverOnce(open({ table: "things" }), [record, '{"id":1,"name":null}']), {});
  const [first, second] = await rows(
    `SELECT id::text, price::text, name, at AT TIME ZONE 'UTC', tags::text, numbers::text, body->'deep'->1->>'text', flag, data::text, "Odd ""name", total::text
     FROM things ORDER BY id DESC`,
  );
  assert.deepEqual(first, [
    "9007199254740993",
    "0.1000000000000000055",
    "a\tb\\c\né€",
    new Date(2026, 1, 25, 12),
    '{x,"say \\"y\\"",NULL,"{z}"}',
    "{1,2}",
    "line\nbreak \\ é",
    true,
    "\\xdeadbeef",
    "odd",
    "0.2000000000000000110",
  ]);
  assert.deepEqual(second, ["1", ...Array(10).fill(null)]);
});

test(
  "columns take what the option says: paths, the record, its arrival, stream, offset and piece",
  options,
  async (t) => {
    const { open, rows } = await postgresUnderTest(
      t,
      "CREATE TABLE parts (city text, first int, raw bytea, body jsonb, at timestamptz, stream uuid, place bigint, piece int)",
    );
    const columns = {
      city: "user.address.city",
      first: "scores[0]",
      raw: { from: "record" },
      body: { from: "record" },
      at: { from: "arrival" },
      stream: { from: "stream" },
      place: { from: "offset" },
      piece: { from: "piece" },
    };
    const text = '{"user":{"address":{"city":"Köln"}},"scores":[7,8]}';
    const identities = {
      offsets: { first: 0 },
      identities: [{ streamUid: "ee".repeat(16), offset: 77, piece: 2 }],
    };
    await deliverOnce(open({ table: "parts", columns }), [text], { arrivalsMs: 1_000, identities });
    const [row] = await rows(
      "SELECT city, first, convert_from(raw, 'UTF8'), body->'scores', extract(epoch FROM at)::int, stream::text, place::int, piece FROM parts",
    );
    const uuid = "eeeeeeee-eeee-eeee-eeee-eeeeeeeeeeee";
    assert.deepEqual(row, ["Köln", 7, text, [7, 8], 1, uuid, 77, 2]);
  },
);

test("rows that the server does not take are refused with its own words, and the others land", options, async (t) => {
  const { open, rows } = await postgresUnderTest(
    t,
    `CREATE TABLE customers (id int PRIMARY KEY); INSERT INTO customers VALUES (1);
     CREATE TABLE orders (id int PRIMARY KEY, total numeric(4,1) CHECK (total > 0), code varchar(3) NOT NULL,
       customer int REFERENCES customers DEFERRABLE INITIALLY DEFERRED)`,
  );
  const refused = await deliverOnce(open({ table: "orders" }), [
    '{"id":1,"total":1,"code":"abc","customer":1}',
    '{"id":"two","total":1,"code":"abc"}',
    '{"id":3,"total":-1,"code":"abc"}',
    '{"id":4,"total":1,"code":"abcd"}',
    '{"id":5,"total":1}',
    '{"id":1,"total":1,"code":"abc"}',
    '{"id":7,"total":12345,"code":"abc"}',
    '{"id":8,"total":1,"code":"abc","customer":2}',
    "no JSON",
    '{"id":10,"total":1,"code":"\\u0000"}',
    '{"ID":11}',
    '{"id":12,"total":1,"code":"\\ud800"}',
    '{"id":13,"total":1,"code":"end"}',
  ]);
  const codes = Object.fromEntries(Object.entries(refused).map(([place, said]) => [place, said.split(" ")[0]]));
  assert.deepEqual(codes, {
    1: "22P02",
    2: "23514",
    3: "22001",
    4: "23502",
    5: "23505",
    6: "22003",
    7: "23503",
    8: "Lakehose.NotJsonObject",
    9: "22021",
    10: "Lakehose.NoColumn",
    11: "22021",
  });
  assert.equal(refused[1], '22P02 invalid input syntax for type integer: "two"');
  assert.deepEqual(await rows("SELECT id FROM orders ORDER BY id"), [[1], [13]]);
});

test("what was refused is known to whoever asks again after an answer to COMMIT was lost", options, async (t) => {
  const { open, rows } = await postgresUnderTest(t, LINES);
  const texts = ['{"number":1}', '{"number":"x"}', '{"number":3}', '{"number":"x"}'];
  const before = await deliverOnce(open({ table: "lines" }), texts);
  const after = await deliverOnce(open({ table: "lines" }), texts);
  assert.deepEqual(Object.keys(before), ["1", "3"]);
  assert.deepEqual(after, before);
  assert.deepEqual(await rows("SELECT number FROM lines ORDER BY number"), [[1], [3]]);
});

test(
  "a record of a key replaces its row, the last one of a parcel wins, and a deletion deletes",
  options,
  async (t) => {
    const { open, rows } = await postgresUnderTest(
      t,
      "CREATE TABLE state (tenant text, id int, value int, note text DEFAULT 'none', PRIMARY KEY (tenant, id))",
    );
    const destination = open({ table: "state", key: ["id", "tenant"], delete: 'op = "d"' });
    assert.equal(destination.inOrder, true);
    const change = (id: number, value: number | string, more = {}) =>
      JSON.stringify({ tenant: "a", id, value, ...more });
    const first = [
      change(1, 1, { note: "kept?" }),
      change(2, 1),
      change(1, 2),
      change(3, 1),
      change(3, 0, { op: "d" }),
    ];
    assert.deepEqual(await deliverOnce(destination, first), {});
    assert.deepEqual(await rows("SELECT id, value, note FROM state ORDER BY id"), [
      [1, 2, "none"],
      [2, 1, "none"],
    ]);
    // Where the last one of a key is refused, the one before it counts: also on the way that goes row by row.
    const second = [change(2, 5), change(2, "bad"), change(1, 0, { op: "d" }), change(4, 1), '{"id":5,"tenant":null}'];
    const refused = await deliverOnce(destination, second, { ordinal: 1 });
    assert.deepEqual(Object.keys(refused), ["1", "4"]);
    assert.deepEqual(await rows("SELECT id, value FROM state ORDER BY id"), [
      [2, 5],
      [4, 1],
    ]);
  },
);

test(
  "a column of which a record says nothing gets its default, one that it says null of is null",
  options,
  async (t) => {
    const { open, rows } = await postgresUnderTest(
      t,
      "CREATE TABLE d (id int GENERATED BY DEFAULT AS IDENTITY, kind text DEFAULT 'new', n int)",
    );
    const destination = open({ table: "d" });
    const texts = ['{"n":1}', '{"n":2,"kind":null}', '{"n":3,"kind":"old","id":77}'];
    assert.deepEqual(await deliverOnce(destination, texts), {});
    assert.deepEqual(await rows("SELECT n, kind, id FROM d ORDER BY n"), [
      [1, "new", 1],
      [2, null, 2],
      [3, "old", 77],
    ]);
  },
);

test("receipts that the delivery has itself are removed, those of others stay", options, async (t) => {
  const { open, rows } = await postgresUnderTest(t, LINES);
  const destination = open({ table: "lines" });
  const owner = { stream: { name: "s", uid: "ab".repeat(16), arn: "arn", region: "r" }, delivery: "destination-x" };
  await deliverOnce(open({ table: "lines" }, owner), ['{"number":100}'], { ordinal: 9 });
  for (const ordinal of [0, 1, 2]) {
    await deliverOnce(destination, [`{"number":${ordinal}}`], { ordinal });
  }
  assert.deepEqual(await rows("SELECT ordinal::int FROM lakehose_parcels ORDER BY ordinal"), [[2], [9]]);
});

test("a second attempt waits for the transaction of the first, and then knows", options, async (t) => {
  const { open, rows, client } = await postgresUnderTest(t, LINES);
  await deliverOnce(open({ table: "lines" }), ['{"number":0}']);
  const parcel = await makeRecordParcel(['{"number":1}'], { ordinal: 1 });
  await client.query(`BEGIN; INSERT INTO lines (number) VALUES (1);
    INSERT INTO lakehose_parcels (delivery, parcel_id, ordinal) VALUES ('x', '${parcel.id}', 1)`);
  const second = open({ table: "lines" }).deliver(parcel, attemptAt(parcel));
  const waits = "SELECT 1 FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid";
  while ((await rows(waits)).length === 0);
  await client.query("COMMIT");
  assert.equal((await second).outcome, "adopted");
  assert.deepEqual(await rows("SELECT number FROM lines ORDER BY number"), [[0], [1]]);
});
