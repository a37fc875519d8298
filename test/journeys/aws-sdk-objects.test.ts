import assert from "node:assert/strict";
import { test } from "node:test";
import { PutRecordCommand } from "@aws-sdk/client-firehose";
import { seededRandom } from "../../src/std/random.ts";
import { createStream, PATIENT, putAll, ROLE, startJourney } from "./journey.ts";
import { linesOf, readBucket } from "./read-lake.ts";
import { unpack } from "./unpack.ts";

/** What lies in the lake after the AWS SDK has put records: compressions, names, backups, and very large records. */

/** From the empty record to the largest that AWS takes; bytes that repeat and bytes that do not; some not UTF-8. */
function variedRecords(): Buffer[] {
  const random = seededRandom(5);
  const small = Array.from({ length: 700 }, (_, index) =>
    Buffer.concat([
      Buffer.from(`${index} `),
      random.bytes(index % 97).map((byte) => (byte === 10 ? 11 : byte)),
      Buffer.from("\n"),
    ]),
  );
  const noise = random.bytes(300_000);
  return [
    Buffer.alloc(0),
    ...small,
    Buffer.alloc(1_024_000, "long "),
    noise,
    Buffer.from("\n"),
    Buffer.from("\u{1f600}\r\n"),
  ];
}

const COMPRESSIONS = [
  { format: "UNCOMPRESSED", extension: "", read: unpack.none },
  { format: "GZIP", extension: ".gz", read: unpack.gzip },
  { format: "ZIP", extension: ".zip", read: unpack.zip },
  { format: "Snappy", extension: ".snappy", read: unpack.snappy },
  { format: "HADOOP_SNAPPY", extension: ".snappy", read: unpack.hadoopSnappy },
] as const;

test("every compression gives back what was put, byte for byte and in order", async (t) => {
  const { client, data, lakehose } = await startJourney(t);
  const records = variedRecords();
  const name = (format: string) => format.toLowerCase().replace("_", "-");
  for (const { format } of COMPRESSIONS) await createStream(client, name(format), { CompressionFormat: format });
  await createStream(client, "zstd", {}, { "lakehose:compression": "zstd" });
  const expected = [...COMPRESSIONS, { format: "zstd", extension: ".zst", read: unpack.zstd }];
  for (const { format } of expected) await putAll(client, name(format), records);
  await lakehose.flush();
  const objects = await readBucket(data, "lake");
  for (const { format, extension, read } of expected) {
    const [object, ...others] = objects.filter(({ key }) => key.startsWith(`${name(format)}/`));
    assert.ok(object !== undefined && others.length === 0, `${format} made one object`);
    assert.ok(object.key.endsWith(extension) && /-[0-9a-f]{12}(\.\w+)?$/.test(object.key), object.key);
    assert.ok(read(object.bytes).equals(Buffer.concat(records)), `${format}: the content of ${object.key}`);
  }
});

test("a prefix in a time zone of its own, an extension, and a raw backup", async (t) => {
  const { client, data, lakehose } = await startJourney(t);
  const before = Date.now();
  await createStream(client, "zoned", {
    Prefix: "day=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/!{timestamp:'at'}/",
    ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
    CustomTimeZone: "Asia/Kolkata",
    FileExtension: ".jsonl",
    ProcessingConfiguration: { Enabled: true, Processors: [{ Type: "AppendDelimiterToRecord", Parameters: [] }] },
    S3BackupMode: "Enabled",
    S3BackupConfiguration: {
      RoleARN: ROLE,
      BucketARN: "arn:aws:s3:::raw",
      Prefix: "copy/",
      BufferingHints: PATIENT,
      CompressionFormat: "GZIP",
    },
  });
  await putAll(
    client,
    "zoned",
    ["{}", "[1]"].map((text) => Buffer.from(text)),
  );
  await lakehose.flush("zoned");
  const after = Date.now();

  const [object, ...others] = await readBucket(data, "lake");
  assert.ok(object !== undefined && others.length === 0);
  assert.deepEqual(linesOf(object.bytes), ["{}\n", "[1]"], "the delimiter stands between records");
  const parts = /^day=(\S{10})\/hour=(\d\d)\/at\/zoned-1-(\S{10})-(\d\d)-(\d\d)-(\d\d)-[0-9a-f-]{36}\.jsonl$/.exec(
    object.key,
  );
  assert.ok(parts, object.key);
  const [, day, hour, nameDay, nameHour, minute, second] = parts;
  assert.deepEqual([day, hour], [nameDay, nameHour], "prefix and name tell the same time");
  const arrival = Date.parse(`${day}T${hour}:${minute}:${second}+05:30`);
  assert.ok(arrival >= before - 1000 && arrival <= after, `${object.key} is the time in Kolkata`);

  const [copy] = await readBucket(data, "raw");
  assert.match(copy?.key ?? "", /^copy\/(\d+\/){4}zoned-1-.*\.gz$/);
  assert.equal(String(unpack.gzip(copy?.bytes ?? Buffer.alloc(0))), "{}[1]", "the backup is what came");
});

test("a record of 64 MiB goes from the wire to a file once the limits are lifted", async (t) => {
  const recordBytes = 64 * 1024 * 1024;
  const { client, data, lakehose } = await startJourney(t, { limits: { recordBytes, batchBytes: "128MiB" } });
  await createStream(client, "large");
  const record = Buffer.alloc(recordBytes, seededRandom(9).bytes(65_521));
  const put = (Data: Buffer) => client.send(new PutRecordCommand({ DeliveryStreamName: "large", Record: { Data } }));
  await put(record);
  await assert.rejects(put(Buffer.alloc(recordBytes + 1)), { name: "ValidationException" });
  await lakehose.flush("large");
  const objects = await readBucket(data, "lake");
  assert.equal(objects.length, 1);
  assert.ok(objects[0]?.bytes.equals(record));
});
