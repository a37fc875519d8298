import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { it } from "node:test";
import {
  type RecordDestinationUnderTest,
  type RecordFault,
  recordDestinationConformance,
  TEST_OWNER,
} from "../../../test/conformance/record-destination.ts";
import { type StandInCluster, startStandInCluster } from "../../../test/fakes/stand-in-cluster.ts";
import type { JsonObject } from "../../std/json.ts";
import { seededRandom } from "../../std/random.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import type { Destination } from "../destination.ts";
import { openSearchDestinationType } from "./opensearch-destination.ts";

const { LAKEHOSE_TEST_OPENSEARCH } = process.env;

function destinationAt(endpoint: string, options: JsonObject): Destination {
  return openSearchDestinationType.create(
    { endpoint, ...options },
    {
      owner: TEST_OWNER,
      storeFor: () => assert.fail("no store is needed"),
      secretOf: () => assert.fail("no secret is needed"),
      endpointOf: () => undefined,
      telemetry: silentTelemetry,
      clock: { now: Date.now, monotonic: performance.now, sleep: async () => undefined },
      random: seededRandom(1),
    },
  );
}

for (const [name, options, guarantee] of [
  ["OpenSearch (stand-in), ids of ours", {}, "exactly-once"],
  ["OpenSearch (stand-in), ids of the user's", { documentId: { field: "number" } }, "exactly-once"],
  ["OpenSearch (stand-in), no ids", { documentId: "none" }, "at-least-once"],
  ["OpenSearch Serverless (stand-in)", { serverless: true, gzip: true }, "exactly-once"],
] as const) {
  recordDestinationConformance(name, () => standInSubject({ index: "orders", ...options }, guarantee));
}

async function standInSubject(
  options: JsonObject,
  guarantee: RecordDestinationUnderTest["guarantee"],
): Promise<RecordDestinationUnderTest> {
  const cluster = await startStandInCluster();
  const error = { type: "mapper_parsing_exception", reason: "failed to parse field [number]" };
  const poison = '{"number":"x"}';
  cluster.itemFault = (_action, source) => (source === poison ? { status: 400, error } : undefined);
  return {
    destination: destinationAt(cluster.address, options),
    guarantee,
    successor: () => destinationAt(cluster.address, options),
    faults: ["before", "after", "hang", "partial"],
    fail: (fault) => failNext(cluster, fault),
    visible: async () => [...cluster.documents("orders").values()].map(({ source }) => source),
    poison,
    close: () => cluster.close(),
  };
}

function failNext(cluster: StandInCluster, fault: RecordFault): void {
  if (fault === "before") cluster.fail({ status: 503, body: "no node" });
  else if (fault === "after") cluster.fail("lost");
  else if (fault === "hang") cluster.fail("hang");
  else {
    let count = 0;
    const { itemFault } = cluster;
    cluster.itemFault = () => {
      if (count === 20) cluster.itemFault = itemFault;
      return count++ % 2 === 1 && count <= 20 ? { status: 429, error: { type: "rejected" } } : undefined;
    };
  }
}

if (LAKEHOSE_TEST_OPENSEARCH === undefined) {
  it.skip("OpenSearch: needs a server, its address belongs in LAKEHOSE_TEST_OPENSEARCH");
} else {
  const address = LAKEHOSE_TEST_OPENSEARCH;
  for (const [name, options] of [
    ["ids of ours", { rotation: "day" }],
    ["ids of the user's", { documentId: { field: "number" }, indexFrom: { jq: ".absent" }, gzip: true }],
  ] as const) {
    recordDestinationConformance(`OpenSearch, ${name}`, async () => realSubject(address, options));
  }
}

async function realSubject(address: string, options: JsonObject): Promise<RecordDestinationUnderTest> {
  const index = `conformance-${randomUUID()}`;
  const all = { index, ...options };
  return {
    destination: destinationAt(address, all),
    guarantee: "exactly-once",
    successor: () => destinationAt(address, all),
    faults: [],
    fail: () => assert.fail("the real server does as it likes"),
    visible: () => sourcesOf(address, `${index}*`),
    // The first records make the field a number.
    poison: '{"number":"x"}',
    isOrdered: false,
    close: async () => {
      await fetch(`${address}/${index}*`, { method: "DELETE" });
    },
  };
}

/** Sources are kept as they came. */
async function sourcesOf(address: string, pattern: string): Promise<string[]> {
  await fetch(`${address}/${pattern}/_refresh`, { method: "POST" });
  const answer = await fetch(`${address}/${pattern}/_search?size=10000`);
  const { hits } = (await answer.json()) as { hits: { hits: { _source: unknown }[] } };
  return hits.hits.map(({ _source }) => JSON.stringify(_source));
}
