import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateDeliveryStreamCommand,
  DeleteDeliveryStreamCommand,
  type FirehoseClient,
  FirehoseServiceException,
  ListDeliveryStreamsCommand,
  TagDeliveryStreamCommand,
} from "@aws-sdk/client-firehose";
import { seededRandom } from "../../src/std/random.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { clientOf, describe, ROLE, temporaryFolder, until } from "../journeys/journey.ts";
import { type ServerProcess, startProcess } from "./server-process.ts";

/**
 * Streams are made, changed and deleted while the server is killed. What a caller was told holds after the last start; a
 * call whose answer never came has happened or has not.
 */
const KILLS = 5;
const CHANGING_MS_MAX = 400;

interface Known {
  /** `unknown`: asked for, and no answer came. */
  created: "yes" | "unknown";
  tagged: "yes" | "no" | "unknown";
  deleted: "yes" | "no" | "unknown";
}

test(`streams that were made, changed and deleted stay so through ${KILLS} kills`, async (t) => {
  const data = await temporaryFolder(t);
  const chance = seededRandom(4);
  const streams = new Map<string, Known>();
  let server: ServerProcess = startProcess(data);
  afterwards(t, () => server.kill("SIGKILL"));
  for (let kill = 0; kill < KILLS; kill++) {
    const client = clientOf(t, await server.ready);
    // Not from the start on: a busy machine may need longer than that for the first answer.
    const busy = Promise.withResolvers<void>();
    const changing = change(client, streams, busy.resolve);
    await Promise.race([busy.promise, changing]);
    await sleep(chance.fraction() * CHANGING_MS_MAX);
    await server.kill("SIGKILL");
    await changing;
    server = startProcess(data);
  }
  const client = clientOf(t, await server.ready);
  await until(async () => (await namesOf(client)).every((name) => streams.get(name)?.deleted !== "yes"));
  const names = new Set(await namesOf(client));
  for (const [name, { created, tagged, deleted }] of streams) {
    if (created === "yes" && deleted === "no") assert.ok(names.has(name), `${name} was made and is gone`);
    if (!names.has(name)) continue;
    const { DeliveryStreamStatus: status, VersionId: version } = await describe(client, name);
    if (deleted === "no") assert.equal(status, "ACTIVE", name);
    if (tagged === "yes") assert.equal(version, "2", `${name} has lost its setting`);
    if (tagged === "no") assert.equal(version, "1", `${name} has changed by itself`);
  }
  for (const name of names) assert.ok(streams.has(name), `${name} was never asked for`);
  const made = [...streams.values()].filter(({ created }) => created === "yes");
  assert.ok(made.length >= KILLS, "the callers were busy");
});

/**
 * Makes a stream, changes every second, deletes every third; ends with the first call that gets no answer. Tells of each
 * stream that is made.
 */
async function change(client: FirehoseClient, streams: Map<string, Known>, onCreated: () => void): Promise<void> {
  for (;;) {
    const number = streams.size;
    const DeliveryStreamName = `stream-${number}`;
    const known: Known = { created: "unknown", tagged: "no", deleted: "no" };
    streams.set(DeliveryStreamName, known);
    const destination = { RoleARN: ROLE, BucketARN: "arn:aws:s3:::lake" };
    const create = { DeliveryStreamName, ExtendedS3DestinationConfiguration: destination };
    if (!(await isAnswered(client.send(new CreateDeliveryStreamCommand(create))))) return;
    known.created = "yes";
    onCreated();
    if (number % 2 === 0) {
      known.tagged = "unknown";
      const tag = { DeliveryStreamName, Tags: [{ Key: "lakehose:roll-idle", Value: "1h" }] };
      if (!(await isAnswered(client.send(new TagDeliveryStreamCommand(tag))))) return;
      known.tagged = "yes";
    }
    if (number % 3 === 0) {
      known.deleted = "unknown";
      if (!(await isAnswered(client.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName }))))) return;
      known.deleted = "yes";
    }
  }
}

/** False when the connection broke; a refusal is a fault of the test or of the server, and fails it. */
async function isAnswered(call: Promise<unknown>): Promise<boolean> {
  try {
    await call;
    return true;
  } catch (error) {
    if (error instanceof FirehoseServiceException && error.$metadata.httpStatusCode !== undefined) throw error;
    return false;
  }
}

async function namesOf(client: FirehoseClient): Promise<string[]> {
  const { DeliveryStreamNames = [] } = await client.send(new ListDeliveryStreamsCommand({ Limit: 1000 }));
  return DeliveryStreamNames;
}
