import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { type ReceivedDelivery, StandInReceiver } from "../fakes/stand-in-receiver.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { clientOf, putAll, temporaryFolder, until } from "../journeys/journey.ts";
import { startProcess } from "./server-process.ts";

const KILLS = Number(process.env.LAKEHOSE_KILLS ?? 8);
const RECORDS_A_LIFE = 300;
/** Records of a parcel, and of a request: a parcel is several of them. */
const PARCEL_RECORDS = 60;
const REQUEST_RECORDS = 20;

/**
 * Each life of the server ends while a receiver keeps it waiting for an answer: by turns the receiver has taken the request,
 * and has not. It is at least once: nothing is lost, and what comes twice comes whole, under the id that it had.
 */
test(`kill -9 while a receiver is at it: no record is lost, and a request that comes again is the same (${KILLS} kills)`, async (t) => {
  const receiver = new StandInReceiver();
  const url = await receiver.start();
  afterwards(t, () => receiver.close());
  const folder = await temporaryFolder(t);
  const config = join(folder, "lakehose.yaml");
  await writeFile(config, configurationFor(url));
  const sent: string[] = [];
  for (let life = 0; life <= KILLS; life++) {
    // As many requests of each life are answered as its number says.
    let left = life < KILLS ? 1 + (life % 7) : Number.POSITIVE_INFINITY;
    let waits = false;
    receiver.answer = () => {
      if (left-- > 0) return undefined;
      waits = true;
      return life % 2 === 0 ? "hang" : "late";
    };
    const server = startProcess(join(folder, "data"), ["--config", config]);
    afterwards(t, () => server.kill("SIGKILL"));
    const client = clientOf(t, await server.ready);
    const records = Array.from({ length: RECORDS_A_LIFE }, (_, index) => `${life}/${index}`);
    sent.push(...records);
    await putAll(
      client,
      "orders",
      records.map((text) => Buffer.from(text)),
    );
    if (life === KILLS) break;
    await until(async () => waits);
    await server.kill("SIGKILL");
  }
  while (new Set(receiver.taken).size < sent.length) await sleep(100);
  assert.deepEqual([...new Set(receiver.taken)].sort(), sent.sort());
  const again = requestsById(receiver.received).filter((requests) => requests.length > 1);
  assert.ok(again.length > 0, "no request came twice: the kills came at the wrong time");
  for (const [first, ...others] of again) for (const other of others) assert.deepEqual(other.texts, first?.texts);
});

function requestsById(received: readonly ReceivedDelivery[]): readonly (readonly ReceivedDelivery[])[] {
  return [...Map.groupBy(received, ({ requestId }) => requestId).values()];
}

function configurationFor(url: string): string {
  const options = { url, requestRecords: REQUEST_RECORDS };
  const limits = { "roll-age": "0s", "roll-records": PARCEL_RECORDS, retry: "forever" };
  const stream = {
    DeliveryStreamName: "orders",
    ExtendedS3DestinationConfiguration: {
      RoleARN: "arn:aws:iam::000000000000:role/any",
      BucketARN: "arn:aws:s3:::lake",
    },
    lakehose: { destinations: [{ name: "web", type: "http-endpoint", options, ...limits }] },
  };
  return JSON.stringify({ streams: [stream] });
}
