import { randomUUID } from "node:crypto";
import { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import { request } from "undici";
import { type Bench, STREAM } from "./harness/bench.ts";
import { Events } from "./harness/events.ts";
import { SIGNING, streamInto } from "./harness/lakehose.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { atLeast, type Question } from "./question.ts";

const VARIABLE = "LAKEHOSE_TEST_OPENSEARCH";
const DOCUMENTS = 50_000;
const DOCUMENT_BYTES = 300;

/** As much as the destination sends at a time where nobody says otherwise. */
const REQUEST_BYTES = 8 * 1024 * 1024;
const REQUEST_DOCUMENTS = 10_000;
const PUT_TOGETHER = 500;

export const opensearch: Question = {
  name: "opensearch",
  asks: "How fast do records that a stream holds become documents, beside a bare client that sends the same bulk requests and looks at no answer but for errors?",
  unanswerable: (environment) =>
    environment[VARIABLE] === undefined
      ? `its address belongs in ${VARIABLE}: npm run servers -- run opensearch -- npm run bench -- opensearch`
      : undefined,
  run: async (bench) => {
    const cluster = process.env[VARIABLE] ?? "";
    const events = new Events(DOCUMENT_BYTES);
    const records = Array.from({ length: DOCUMENTS }, () => events.next());
    bench.progress("warming up the cluster");
    await intoFreshIndex(cluster, (index) => sendBare(cluster, index, records));
    const { lakehose, bare } = await alternate(bench, {
      bare: () => intoFreshIndex(cluster, (index) => sendBare(cluster, index, records)),
      lakehose: () => intoFreshIndex(cluster, (index) => deliver(bench, cluster, index, records)),
    });
    const same = (documentsPerSecond: number) => documentsPerSecond;
    return {
      checks: [
        { what: "lakehose / bare client", value: ratio(lakehose, bare, same, same), limit: atLeast(0.9, "goal") },
      ],
      rows: Object.entries({ "bare client": bare, lakehose }).map(([name, rates]) => ({
        name,
        values: { "documents/s": middle(rates, same) },
      })),
      notes: [
        `${DOCUMENTS} documents of ${DOCUMENT_BYTES} B with ids, one request at a time, one shard, on one machine`,
      ],
    };
  },
};

/** Documents per second of what `fill` did, if all of them are there. */
async function intoFreshIndex(cluster: string, fill: (index: string) => Promise<number>): Promise<number> {
  const index = `lakehose-bench-${randomUUID()}`;
  const properties = {
    id: { type: "long" },
    at: { type: "date" },
    kind: { type: "keyword" },
    text: { type: "keyword" },
  };
  const settings = { number_of_shards: 1, number_of_replicas: 0, refresh_interval: "-1" };
  await ask(cluster, "PUT", index, { settings, mappings: { properties } });
  try {
    const elapsedMs = await fill(index);
    await ask(cluster, "POST", `${index}/_refresh`);
    const { count } = await ask(cluster, "GET", `${index}/_count`);
    if (count !== DOCUMENTS) throw new Error(`Expected ${DOCUMENTS} documents in ${index}, found ${count}`);
    return (DOCUMENTS / elapsedMs) * 1_000;
  } finally {
    await ask(cluster, "DELETE", index);
  }
}

async function sendBare(cluster: string, index: string, records: readonly Buffer[]): Promise<number> {
  const startedAt = performance.now();
  let lines: Buffer[] = [];
  let bytes = 0;
  const send = async () => {
    const body = Buffer.concat(lines);
    lines = [];
    bytes = 0;
    const headers = { "content-type": "application/x-ndjson" };
    const answer = await request(`${cluster}/_bulk`, { method: "POST", headers, body });
    const { errors } = (await answer.body.json()) as { errors: boolean };
    if (answer.statusCode !== 200 || errors) throw new Error(`The bulk request was answered ${answer.statusCode}`);
  };
  for (const [number, record] of records.entries()) {
    const action = Buffer.from(`{"create":{"_index":"${index}","_id":"bench-${number}"}}\n`);
    if (bytes + action.length + record.length > REQUEST_BYTES || lines.length === 2 * REQUEST_DOCUMENTS) await send();
    lines.push(action, record);
    bytes += action.length + record.length;
  }
  await send();
  return performance.now() - startedAt;
}

/** From the moment when the stream, which holds all records, is told to hand them on. */
function deliver(bench: Bench, cluster: string, index: string, records: readonly Buffer[]): Promise<number> {
  const options = { endpoint: cluster, index };
  const patience = { "roll-size": "1GiB", "roll-age": "1h" };
  const destinations = [{ name: "search", type: "opensearch", options, ...patience }];
  const streams = [streamInto(STREAM, {}, { destinations, primary: "errors-only" })];
  return bench.withLakehose({ streams }, async (server) => {
    await put(server.url, records);
    const startedAt = performance.now();
    await server.flush(STREAM);
    const elapsedMs = performance.now() - startedAt;
    await server.expectDelivered(STREAM, records.length);
    return elapsedMs;
  });
}

async function put(endpoint: string, records: readonly Buffer[]): Promise<void> {
  const { region, ...credentials } = SIGNING;
  const client = new FirehoseClient({ endpoint, region, credentials });
  for (let from = 0; from < records.length; from += PUT_TOGETHER) {
    const Records = records.slice(from, from + PUT_TOGETHER).map((Data) => ({ Data }));
    await client.send(new PutRecordBatchCommand({ DeliveryStreamName: STREAM, Records }));
  }
  client.destroy();
}

async function ask(cluster: string, method: "PUT" | "POST" | "GET" | "DELETE", path: string, content?: object) {
  const headers = content === undefined ? {} : { "content-type": "application/json" };
  const body = content === undefined ? null : JSON.stringify(content);
  const answer = await request(`${cluster}/${path}`, { method, headers, body });
  const result = (await answer.body.json()) as Record<string, unknown>;
  if (answer.statusCode !== 200) throw new Error(`${method} ${path} was answered ${JSON.stringify(result)}`);
  return result;
}
