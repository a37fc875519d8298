import assert from "node:assert/strict";
import { test } from "node:test";
import { exportOptionsSchema } from "./export-options.ts";

const source = { host: "db", database: "shop", user: "reader" };
const minimal = { source, tables: [{ name: "orders" }], bucket: "lake" };

const refusal = (options: object) =>
  exportOptionsSchema
    .safeParse(options)
    .error?.issues.map(({ message }) => message)
    .join();

test("exportOptionsSchema fills in what nobody said", () => {
  const { source: filled, ...options } = exportOptionsSchema.parse(minimal);
  assert.deepEqual(filled, { ...source, engine: "postgresql", port: 5432, tls: {} });
  const { format, compression, partition, partitionKey, chunkRows, replaced } = options;
  assert.deepEqual([format, compression, partition, partitionKey], ["parquet", "gzip", "date", "dt"]);
  assert.deepEqual([chunkRows, replaced], [500_000, "keep"]);
});

test("exportOptionsSchema takes its own example", () => {
  for (const example of (exportOptionsSchema.meta()?.examples ?? []) as unknown[]) exportOptionsSchema.parse(example);
});

test("exportOptionsSchema takes passwords from where they are usually kept", () => {
  for (const password of [{ file: "/run/secrets/shop_password" }, { file: "/a/password.txt" }, { env: "PGPASSWORD" }]) {
    const options = { ...minimal, source: { ...source, password } };
    assert.deepEqual(exportOptionsSchema.parse(options).source.password, password);
  }
});

test("exportOptionsSchema says that MySQL is not served, wherever it is named", () => {
  assert.match(
    refusal({ ...minimal, source: { ...source, engine: "mysql" } }) ?? "",
    /has no client: export its tables/,
  );
  assert.match(refusal({ ...minimal, source: { ...source, engine: "MariaDB" } }) ?? "", /has no client/);
  assert.match(refusal({ ...minimal, source: { ...source, host: "mysql://db/shop" } }) ?? "", /has no client/);
  assert.match(
    refusal({ ...minimal, source: { ...source, engine: "oracle" } }) ?? "",
    /Expected postgresql, got oracle/,
  );
});

test("exportOptionsSchema refuses what would do harm or nothing", () => {
  for (const [options, message] of [
    [{ ...minimal, source: { ...source, password: "secret" } }, /Invalid input/],
    [{ ...minimal, source: { ...source, host: "postgresql://db" } }, /got a URL/],
    [{ ...minimal, source: { ...source, password: { file: "relative-password" } } }, /./],
    [{ ...minimal, source: { ...source, password: { file: "/etc/shadow" } } }, /./],
    [{ ...minimal, source: { ...source, password: { env: "AWS_SECRET_ACCESS_KEY" } } }, /./],
    [{ ...minimal, tables: [] }, /at least one table or schema/],
    [{ ...minimal, prefix: "/a/" }, /folders/],
    [{ ...minimal, prefix: "a" }, /slash at its end/],
    [{ ...minimal, partitionKey: "a b" }, /pattern/],
  ] as const) {
    assert.match(refusal(options) ?? "", message);
  }
});
