import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { CreateDeliveryStreamCommand, type RedshiftDestinationConfiguration } from "@aws-sdk/client-firehose";
import { SqlFailure } from "../fakes/sql-wire-server.ts";
import { STAND_IN_PASSWORD, startStandInRedshift } from "../fakes/stand-in-redshift.ts";
import { afterwards } from "./cleanup.ts";
import { describe, putAll, ROLE, startJourney, temporaryFolder, until } from "./journey.ts";
import { readBucket } from "./read-lake.ts";

/** An AWS client asks for a stream into Redshift; a stand-in for the cluster loads what COPY names. */

const HOST = "wh.c1.eu-west-1.redshift.amazonaws.com";

async function world(t: TestContext) {
  const data = await temporaryFolder(t);
  const redshift = await startStandInRedshift((bucket, key) =>
    readFile(join(data, "buckets", bucket, key)).catch(() => undefined),
  );
  afterwards(t, () => redshift.close());
  const endpoints = { [HOST]: `postgresql://127.0.0.1:${redshift.port}?sslmode=disable` };
  const journey = await startJourney(t, { data, endpoints });
  return { ...journey, redshift };
}

function configuration(more: Partial<RedshiftDestinationConfiguration>): RedshiftDestinationConfiguration {
  return {
    RoleARN: ROLE,
    ClusterJDBCURL: `jdbc:redshift://${HOST}:5439/dev`,
    CopyCommand: { DataTableName: "public.orders", DataTableColumns: "id, total", CopyOptions: "json 'auto' gzip" },
    Username: "loader",
    Password: STAND_IN_PASSWORD,
    S3Configuration: {
      RoleARN: ROLE,
      BucketARN: "arn:aws:s3:::staging",
      Prefix: "orders/",
      CompressionFormat: "GZIP",
      BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 },
    },
    ProcessingConfiguration: { Enabled: true, Processors: [{ Type: "AppendDelimiterToRecord" }] },
    ...more,
  };
}

async function create(client: Awaited<ReturnType<typeof world>>["client"], more = {}): Promise<void> {
  const RedshiftDestinationConfiguration = configuration(more);
  await client.send(
    new CreateDeliveryStreamCommand({ DeliveryStreamName: "orders", RedshiftDestinationConfiguration }),
  );
  await until(async () => (await describe(client, "orders")).DeliveryStreamStatus === "ACTIVE");
}

const ORDERS = Array.from({ length: 50 }, (_, id) => Buffer.from(`{"id":${id},"total":"${id}.5"}`));

test("records of a stream are rows in Redshift, each once", async (t) => {
  const { client, redshift, data } = await world(t);
  await create(client, {
    S3BackupMode: "Enabled",
    S3BackupConfiguration: { RoleARN: ROLE, BucketARN: "arn:aws:s3:::all" },
  });
  await putAll(client, "orders", ORDERS);
  const rows = () => redshift.tables.get("public.orders") ?? [];
  await until(async () => rows().length >= ORDERS.length);
  assert.deepEqual(
    rows().toSorted((a, b) => Number(a.id) - Number(b.id)),
    ORDERS.map((_, id) => ({ id: String(id), total: `${id}.5` })),
  );
  const keys = (await readBucket(data, "staging")).map(({ key }) => key);
  assert.ok(keys.some((key) => key.startsWith("manifests/orders/")));
  assert.ok(keys.some((key) => key.startsWith("orders/") && key.endsWith(".gz")));
  const description = (await describe(client, "orders")).Destinations?.[0]?.RedshiftDestinationDescription;
  assert.equal(description?.Username, "loader");
  assert.equal(JSON.stringify(description).includes(STAND_IN_PASSWORD), false);
});

test("a COPY that fails past its retries leaves a manifest below errors, and the stream goes on", async (t) => {
  const { client, redshift, data } = await world(t);
  await create(client, { RetryOptions: { DurationInSeconds: 0 } });
  redshift.fault = (sql) =>
    sql.startsWith("COPY") ? new SqlFailure("XX000", "Load into table 'orders' failed.") : undefined;
  await putAll(client, "orders", ORDERS.slice(0, 1));
  const failed = async () =>
    (await readBucket(data, "staging")).filter(({ key }) => key.startsWith("errors/manifests/orders/"));
  await until(async () => (await failed()).length > 0);
  const [manifest] = await failed();
  const url = /s3:\/\/staging\/([^"]+)/.exec(String(manifest?.bytes))?.[1];
  assert.ok(
    (await readBucket(data, "staging")).some(({ key }) => key === url),
    "the object stays",
  );
  redshift.fault = () => undefined;
  await putAll(client, "orders", ORDERS.slice(1, 2));
  await until(async () => (redshift.tables.get("public.orders") ?? []).length > 0);
  assert.deepEqual(
    redshift.tables.get("public.orders")?.map(({ id }) => id),
    ["1"],
  );
});
