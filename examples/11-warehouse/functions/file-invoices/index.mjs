import { CopyObjectCommand, S3Client } from "@aws-sdk/client-s3";

/** The address comes from the environment, AWS_ENDPOINT_URL, as functions find this server. */
const s3 = new S3Client({ forcePathStyle: true });

/**
 * Copies what suppliers drop, incoming/invoices-2020-01-20.json, into the warehouse's folder of the day. The name follows from
 * that of the object, so a call that comes twice copies the same once more.
 */
export async function handler({ Records }) {
  for (const { s3: event } of Records) {
    const bucket = event.bucket.name;
    const key = decodeURIComponent(event.object.key.replaceAll("+", " "));
    const [, day] = /invoices-(\d{4}-\d\d-\d\d)\.json$/.exec(key) ?? [];
    if (day === undefined) continue;
    const Key = `invoices/dt=${day}/${key.slice(key.lastIndexOf("/") + 1)}`;
    const CopySource = `${bucket}/${encodeURIComponent(key)}`;
    await s3.send(new CopyObjectCommand({ Bucket: bucket, Key, CopySource, ACL: "bucket-owner-full-control" }));
  }
}
