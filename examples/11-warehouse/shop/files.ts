import { gzipSync } from "node:zlib";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import type { Athena } from "../../athena.ts";
import { CUSTOMERS, PRODUCTS } from "./shop.ts";

/**
 * The tables of the shop as its database's own tools write them: gzip around CSV with the names of the columns. Where
 * Lakehose cannot read a database, this is how its tables come.
 */
export async function putShopTables(url: string, athena: Athena): Promise<void> {
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const s3 = new S3Client({ endpoint: url, region: "us-east-1", credentials, forcePathStyle: true });
  try {
    await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
    for (const [table, rows] of Object.entries({ customers: CUSTOMERS, products: PRODUCTS })) {
      const Body = gzipSync(csv(rows));
      await s3.send(new PutObjectCommand({ Bucket: "lake", Key: `exports/${table}/${table}.csv.gz`, Body }));
      const columns = Object.keys(rows[0] ?? {}).map((name) => `${name} ${name === "id" ? "int" : "string"}`);
      await athena.run(
        `CREATE EXTERNAL TABLE ${table} (${columns.join(", ")})
         ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'
         LOCATION 's3://lake/exports/${table}/' TBLPROPERTIES ('skip.header.line.count' = '1')`,
      );
    }
  } finally {
    s3.destroy();
  }
}

function csv(rows: readonly object[]): string {
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row))];
  const field = (value: unknown) => `"${String(value).replaceAll('"', '""')}"`;
  return lines.map((line) => `${line.map(field).join(",")}\n`).join("");
}
