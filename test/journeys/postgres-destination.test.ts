import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Lakehose } from "../../src/server/index.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { postgresUnderTest, skipWithoutPostgres } from "../fakes/postgres-under-test.ts";
import { startStatementProxy } from "../fakes/statement-proxy.ts";
import { afterwards } from "./cleanup.ts";
import { createStream, putAll, startJourney, temporaryFolder, until } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

/** An AWS client puts records, a real PostgreSQL has them as rows: each once, whatever breaks between. */

const options = { skip: skipWithoutPostgres };
const TABLE = "CREATE TABLE orders (id int, total numeric(8,2) NOT NULL, body jsonb)";

async function api(lakehose: Lakehose, method: string, path: string, body?: JsonObject): Promise<JsonObject> {
  const init = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(`${lakehose.url}/api/streams/${path}`, init);
  const answer = (await response.json()) as JsonObject;
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return answer;
}

async function world(t: TestContext) {
  const database = await postgresUnderTest(t, TABLE);
  const proxy = await startStatementProxy(database.server);
  afterwards(t, () => proxy.close());
  const secrets = { database: database.password };
  const data = await temporaryFolder(t);
  const open = () => startJourney(t, { data, secrets });
  const reach = { ...database.reach, host: "127.0.0.1", port: proxy.port };
  const columns = { id: "id", total: "total", body: { from: "record" } };
  const rolls = { "roll-records": "25", "roll-age": "0s" };
  const entry = { name: "sql", type: "postgres", options: { ...reach, table: "orders", columns }, ...rolls };
  const destination = { ...entry, errors: { bucket: "lake", prefix: "failed/" } };
  const isThere = async (count: number) =>
    Number((await database.rows("SELECT count(*) FROM orders"))[0]?.[0]) >= count;
  return { ...database, proxy, data, open, destination, isThere };
}

function orders(from: number, count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => Buffer.from(`{"id":${from + n},"total":${n}.25}`));
}

test("records are rows once, though connections die at COMMIT and the server is started again", options, async (t) => {
  const { open, proxy, rows, destination, isThere } = await world(t);
  const first = await open();
  await createStream(first.client, "orders", { ErrorOutputPrefix: "errors/" });
  await api(first.lakehose, "PUT", "orders/extensions", { destinations: [destination] });
  for (const [round, fault] of (["after", "before", "after"] as const).entries()) {
    proxy.failAt("COMMIT\0", fault);
    await putAll(first.client, "orders", orders(100 * round, 100));
    await until(() => isThere(100 * (round + 1)));
  }
  await first.lakehose.close();
  const second = await open();
  await putAll(second.client, "orders", orders(300, 100));
  await until(() => isThere(400));
  await second.lakehose.flush("orders");
  assert.deepEqual(await rows("SELECT count(*)::int, count(DISTINCT id)::int, max(id), sum(total)::text FROM orders"), [
    [400, 400, 399, "19900.00"],
  ]);
});

test(
  "a row that PostgreSQL refuses goes to the error output, and a redrive brings it once it fits",
  options,
  async (t) => {
    const { open, client: sql, rows, data, destination, isThere } = await world(t);
    const { client, lakehose } = await open();
    await createStream(client, "orders", { ErrorOutputPrefix: "errors/" });
    await api(lakehose, "PUT", "orders/extensions", { destinations: [{ ...destination, "roll-records": "3" }] });
    await putAll(client, "orders", [...orders(1, 2), Buffer.from('{"id":3}')]);
    await until(() => isThere(2));
    const failed = async () => (await readBucket(data, "lake")).filter(({ key }) => key.startsWith("failed/"));
    await until(async () => (await failed()).length > 0);
    const [object] = await failed();
    const error = JSON.parse(String(object?.bytes)) as JsonObject;
    assert.match(String(object?.key), /^failed\/postgres-failed\//);
    assert.deepEqual([error.errorCode, error.column], ["23502", "total"]);
    assert.match(String(error.errorMessage), /null value in column "total" of relation "orders" violates not-null/);
    await sql.query("ALTER TABLE orders ALTER COLUMN total DROP NOT NULL");
    await api(lakehose, "POST", "orders/redrive", { delivery: "destination-sql" });
    await until(() => isThere(3));
    assert.deepEqual(await rows("SELECT id, body->>'id' FROM orders ORDER BY id"), [
      [1, "1"],
      [2, "2"],
      [3, "3"],
    ]);
  },
);
