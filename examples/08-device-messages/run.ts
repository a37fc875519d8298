import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync, gzip } from "node:zlib";
import type { Lakehose } from "lakehose";
import { query, tableLines } from "../query.ts";
import { folderLines, readObjects } from "../read-lake.ts";
import { eventsOf, expectEqual, print, putAll, runExample } from "../run-example.ts";
import { runJob } from "../run-job.ts";
import { countDuring } from "./count-messages.ts";
import { handler } from "./functions/enrich/index.ts";
import { replayObjects } from "./replay-objects.ts";

/**
 * Messages of 900 KB that grow past the record limit, and the gzip members that they were packed into because of it: see
 * README.md beside this file.
 *
 *     node examples/08-device-messages/run.ts [--keep]
 */
const MESSAGES = 8;
/** The most that one record may be at AWS. */
const AWS_RECORD_BYTES = 1000 * 1024;

const DEVICES = `
  SELECT deviceid AS device, len(accelerometersensorlist)::INTEGER AS movements,
         round(list_max(list_transform(accelerationlist, lambda one: one.acceleration)), 3) AS strongest,
         round(list_avg(list_transform(tempsensorlist, lambda one: one.temperature)), 2) AS degrees
  FROM read_parquet($glob) ORDER BY ALL`;

await runExample(import.meta.dirname, async ({ lakehose, client, bucket }) => {
  const { old, packed, enriched, plain, count } = await makeMessages();
  await putAll(client, "packed-as-they-are", old);
  await lakehose.flush("packed-as-they-are");
  const [object, ...others] = await readObjects(bucket, "packed");
  const problem = problemOf(object?.bytes ?? Buffer.alloc(0));
  print(`As it was: ${object?.key}`, `  holds ${MESSAGES} messages; unpacking it fails with "${problem}"`, "");
  expectEqual("the problem of the reader", [others.length, problem], [0, "incorrect header check"]);

  await putAll(client, "packed-to-parquet", packed);
  await putAll(client, "enriched", enriched);
  await lakehose.flush();
  for (const message of plain) {
    await putAll(client, "devices", [message]);
    await lakehose.flush("devices");
  }
  await replayObjects(lakehose, "enriched", "packed/", "messages/dt=!{timestamp:yyyy-MM-dd}/");
  print("The bucket, once the other streams and a replay have run:", ...folderLines(await readObjects(bucket)), "");

  const rows = await query(DEVICES, { glob: join(bucket, "messages", "**", "*.parquet") });
  print("What the devices said:", ...tableLines(rows.slice(0, 5)), `  … ${rows.length} messages`);
  expectEqual("messages in Parquet", rows.length, count);
  expectEqual("their movements", [...new Set(rows.map(({ movements }) => movements))], [5550]);
  expectEqual("messages that were not enriched", rows.filter(({ strongest }) => strongest === null).length, 0);

  await countWhileFilesChange(lakehose, bucket, count);
});

/** The jobs replace small files by one for each day, and a reader that asks all the time finds the same messages at each query. */
async function countWhileFilesChange(lakehose: Lakehose, bucket: string, count: number): Promise<void> {
  const before = await readObjects(bucket, "messages");
  const folders = new Set(before.map(({ key }) => dirname(key)));
  const counts = await countDuring(lakehose, async () => {
    const { filesRead, filesWritten } = await runJob(lakehose, "compact-messages");
    print("", `compact-messages: ${filesRead} files become ${filesWritten}`);
    const { filesConverted, rowsWritten } = await runJob(lakehose, "convert-packed");
    print(`convert-packed: ${filesConverted} object of gzip members becomes Parquet, ${rowsWritten} rows`);
  });
  const answers = new Set(counts.map(({ messages, accelerations }) => `${messages} messages with ${accelerations}`));
  const files = [...new Set(counts.map((one) => one.files))];
  print(
    `Meanwhile ${counts.length} queries found ${[...answers].join(", ")} accelerations, files: ${files.join(", ")}`,
  );
  expectEqual("all the answers", [...answers], [`${count} messages with ${count * 5550}`]);
  expectEqual("files read before and after", [files[0], files.at(-1)], [before.length, folders.size]);
  const converted = await query("SELECT count(*)::INTEGER AS rows FROM read_parquet($glob)", {
    glob: join(bucket, "converted", "*.parquet"),
  });
  expectEqual("rows that were converted", converted, [{ rows: MESSAGES }]);
}

/** A fourth of the messages for each way that they can come. */
async function makeMessages() {
  const messages = eventsOf("iot", 4 * MESSAGES, 8);
  const part = (index: number) => messages.slice(index * MESSAGES, (index + 1) * MESSAGES);
  return {
    old: await packEach(await enrichEach(part(0))),
    packed: await packEach(await enrichEach(part(1))),
    enriched: await enrichEach(part(2)),
    plain: part(3),
    count: messages.length,
  };
}

/** Calls the function as its trigger did. */
async function enrichEach(messages: readonly Buffer[]): Promise<Buffer[]> {
  const records = messages.map((message, index) => ({ recordId: `${index}`, data: message.toString("base64") }));
  const answer = await handler({ records });
  const enriched = answer.records.map(({ data }) => Buffer.from(data, "base64"));
  const small = enriched.filter(({ length }) => length <= AWS_RECORD_BYTES);
  expectEqual("enriched messages within AWS's limit", small.length, 0);
  return enriched;
}

/** Each message by itself, and a line feed behind it: what the function did because of the limit. */
async function packEach(messages: readonly Buffer[]): Promise<Buffer[]> {
  const pack = promisify(gzip);
  return Promise.all(messages.map(async (message) => Buffer.concat([await pack(message), Buffer.from("\n")])));
}

/** Line feeds between gzip members are nothing that a reader of gzip knows. */
function problemOf(object: Buffer): string {
  try {
    gunzipSync(object);
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}
