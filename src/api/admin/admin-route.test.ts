import assert from "node:assert/strict";
import { test } from "node:test";
import { jobWorld } from "../../../test/fakes/job-world.ts";
import { NO_CHANGES } from "../../../test/fakes/no-changes.ts";
import { StreamParts } from "../../../test/fakes/stream-parts.ts";
import { noTriggers } from "../../../test/fakes/trigger-world.ts";
import { noSources } from "../../../test/fakes/upstream-world.ts";
import { Crawlers } from "../../catalog/crawler/crawlers.ts";
import { StoredCatalog } from "../../catalog/stored-catalog.ts";
import { packRecords } from "../../model/records.ts";
import { QueryEngine } from "../../query/engine/query-engine.ts";
import { Queries } from "../../query/queries.ts";
import { DEFAULT_QUERY_LIMITS, DEFAULT_TABLES_LOCATION } from "../../query/query-limits.ts";
import type { JsonObject } from "../../std/json.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import { StreamsService } from "../../streams/streams-service.ts";
import { MetricHistory } from "../../telemetry/history/metric-history.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { toDeclared } from "../firehose/declared.ts";
import { translateDeclared } from "../firehose/translate.ts";
import { WireError } from "../protocol/wire-error.ts";
import { adminRoute } from "./admin-route.ts";
import { adminEndpoints } from "./registry.ts";

/** Queries are tested with a server around them (test/journeys/sql.test.ts). */
async function noQueries(): Promise<Queries> {
  const { clock, disk, random } = new StreamParts().dependencies();
  const directory = "/queries";
  const nowhere = () => assert.fail("no query runs here");
  const engine = await QueryEngine.open({
    catalog: await StoredCatalog.open({ clock, disk, random, dataDirectory: "/data" }),
    partitions: (await StoredCatalog.open({ clock, disk, random, dataDirectory: "/data" })).partitions,
    changes: { ...NO_CHANGES, begin: nowhere },
    storeFor: nowhere,
    localPath: nowhere,
    disk,
    clock,
    random,
    telemetry: silentTelemetry,
    directory,
    tablesLocation: DEFAULT_TABLES_LOCATION,
    limits: DEFAULT_QUERY_LIMITS,
  });
  return Queries.open({ engine, disk, clock, random, directory });
}

async function fixture(
  options: { prefix?: string; allowed?: (action: string, resource: string) => boolean; known?: boolean } = {},
) {
  const parts = new StreamParts();
  const streams = await StreamsService.open(parts.dependencies({ translate: translateDeclared }));
  const { clock, disk, random } = parts.dependencies();
  const catalog = await StoredCatalog.open({ clock, disk, random, dataDirectory: "/data" });
  const storeFor = () => new MemoryStore({ clock });
  const { partitions } = catalog;
  const crawlers = await Crawlers.open({ clock, disk, random, dataDirectory: "/data", catalog, partitions, storeFor });
  const destination: JsonObject = { RoleARN: "arn:r", BucketARN: "arn:aws:s3:::lake", Prefix: options.prefix ?? "" };
  await streams.create({
    name: "s",
    arn: "arn:s",
    type: "DirectPut",
    declared: toDeclared({ kind: "ExtendedS3", destination, sources: {} }),
    extensions: {},
    tags: new Map([["lakehose:roll-idle", "1h"]]),
    encryption: { status: "DISABLED", toggledAt: [] },
  });
  const deliveryLog = {
    read: async (_: string, logStream: string, limit: number) => [{ message: `${logStream} ${limit}` }],
    logStreams: async () => ["DestinationDelivery"],
  };
  const { allowed = () => true, known = true } = options;
  const emitted: object[] = [];
  const route = adminRoute({
    endpoints: async () =>
      adminEndpoints({
        streams,
        catalog,
        crawlers,
        partitions: catalog.partitions,
        changes: NO_CHANGES,
        storeFor,
        queries: await noQueries(),
        jobs: (await jobWorld()).jobs,
        sources: noSources(),
        triggers: noTriggers(),
        history: await MetricHistory.open({ clock, disk, directory: "/data/metrics" }),
        alarms: { list: () => [], targets: () => [] },
        functions: {
          list: async () => [],
          source: async () => [],
          output: () => [],
          invoke: () => assert.fail("nothing is called here"),
        },
        dryRun: () => assert.fail("nothing is tried here"),
        demoData: {
          generators: [],
          start: () => assert.fail("nothing is sent here"),
          stop: async () => undefined,
          of: () => undefined,
        },
        clock: parts.clock,
        canEncrypt: () => false,
        upstreams: { kafkaCluster: () => undefined, kinesisStream: () => ({}) },
        deliveryLog,
        audit: { read: async () => [] },
      }),
    own: { secure: false },
    authenticate: () => {
      if (!known) throw new WireError("MissingAuthenticationTokenException", "Who are you?");
      return { principal: "me", proof: "key", accountId: "000000000000", region: "us-east-1", may: allowed };
    },
    telemetry: { emit: (name, fields) => void emitted.push({ name, ...fields }) },
  });
  const call = async (method: string, target: string, body = "") => {
    const [path = "", query = ""] = target.split("?");
    const { signal } = new AbortController();
    const read = async () => Buffer.from(body);
    const stream = () => assert.fail("whole bodies only");
    const answer = await route.handle({
      id: "1",
      address: "",
      method,
      path,
      query,
      headers: {},
      signal,
      body: read,
      stream,
    });
    return { status: answer.status, json: JSON.parse(String(answer.body)) as JsonObject };
  };
  return { parts, streams, catalog, call, emitted };
}

test("GET /api/streams/NAME shows destination, settings, warnings, health and a balance that holds", async () => {
  const { streams, call } = await fixture({ prefix: "y=2018/" });
  await streams.intake("s").accept({ records: packRecords([Buffer.from("a"), Buffer.from("b")]), call: "PutRecord" });
  const { status, json } = await call("GET", "/api/streams/s");
  assert.equal(status, 200);
  assert.deepEqual(json.settings, { "roll-idle": 3_600_000 });
  assert.deepEqual(json.warnings, []);
  assert.equal(json.declared, undefined);
  const health = json.health as JsonObject;
  assert.equal(health.accepted, 2);
  assert.deepEqual(health.balance, [
    {
      id: "destinationId-000000000001",
      accepted: 2,
      delivered: 0,
      errored: 0,
      dropped: 0,
      pending: 2,
      balanced: true,
    },
  ]);
});

test("GET /api/streams lists all, and a week-based year is warned about", async () => {
  const { streams, call } = await fixture();
  await streams.update("s", undefined, ({ declared }) => ({
    declared: {
      ...declared,
      destination: { BucketARN: "arn:aws:s3:::lake", Prefix: "!{timestamp:YYYY}/", ErrorOutputPrefix: "e/" },
    },
  }));
  const { json } = await call("GET", "/api/streams");
  const [stream] = json.streams as JsonObject[];
  const [warning] = (stream?.warnings ?? []) as JsonObject[];
  assert.equal(warning?.code, "week-based-year");
  assert.match(String(warning?.message), /2018-12-31 falls into 2019/);
});

test("POST /api/streams/NAME/flush answers when it is durable, and after its time when it is not", async () => {
  const { parts, call } = await fixture();
  assert.deepEqual((await call("POST", "/api/streams/s/flush")).json, { flushed: true });
  parts.delivery().stuck = true;
  const answering = call("POST", "/api/streams/s/flush");
  await new Promise((resolve) => setImmediate(resolve));
  await parts.clock.advance(60_000);
  assert.deepEqual((await answering).json, { flushed: false });
});

test("PUT /api/streams/NAME/extensions is a live change, checked, at the version that is asked for", async () => {
  const { parts, call } = await fixture();
  const changed = await call("PUT", "/api/streams/s/extensions?version=1", '{"roll-records": 10}');
  assert.equal(changed.json.versionId, "2");
  assert.equal(parts.delivery().plans.at(-1)?.definition.roll.records, 10);
  const late = await call("PUT", "/api/streams/s/extensions?version=1", "{}");
  assert.deepEqual([late.status, late.json.code], [409, "ConcurrentModificationException"]);
  const wrong = await call("PUT", "/api/streams/s/extensions", '{"roll-records": "ten"}');
  assert.deepEqual([wrong.status, wrong.json.code], [400, "InvalidArgumentException"]);
  const broken = await call("PUT", "/api/streams/s/extensions", "[]");
  assert.deepEqual([broken.status, broken.json.code], [400, "SerializationException"]);
});

test("GET /api/streams/NAME/log reads the delivery log", async () => {
  const { call } = await fixture();
  const { json } = await call("GET", "/api/streams/s/log?limit=5");
  const expected = [{ name: "DestinationDelivery", events: [{ message: "DestinationDelivery 5" }] }];
  assert.deepEqual(json.logStreams, expected);
  assert.equal((await call("GET", "/api/streams/s/log?limit=0")).status, 400);
});

test("failures are {code, message} under the web's status", async () => {
  const { call } = await fixture({ allowed: (action) => action !== "lakehose:FlushStream" });
  assert.deepEqual((await call("GET", "/api/streams/nobody")).json, {
    code: "ResourceNotFoundException",
    message: "Firehose nobody under account 000000000000 not found.",
  });
  assert.equal((await call("GET", "/api/streams/nobody")).status, 404);
  assert.equal((await call("GET", "/api/nothing")).status, 404);
  assert.equal((await call("POST", "/api/streams/s/flush")).status, 403);
  const stranger = await fixture({ known: false });
  assert.equal((await stranger.call("GET", "/api/streams")).status, 401);
});

test("failed calls are counted under names of ours, never under what a stranger wrote", async () => {
  const { call, emitted } = await fixture();
  await call("GET", "/api/anything/at/all");
  await call("GET", "/api/streams/no-such-stream");
  const operations = emitted.map((event) => "operation" in event && event.operation);
  assert.deepEqual(operations, ["unknown", "GetStream"]);
});

test("GET /api/tables lists tables, and one of them with the streams that use it", async () => {
  const { catalog, call } = await fixture();
  await catalog.createDatabase({ name: "sales" });
  await catalog.createTable("sales", { name: "orders", storageDescriptor: { columns: [{ name: "a", type: "int" }] } });
  const { json } = await call("GET", "/api/tables");
  const [listed] = json.tables as JsonObject[];
  assert.deepEqual([listed?.database, listed?.name, listed?.version, listed?.columns], ["sales", "orders", "0", 1]);
  const described = await call("GET", "/api/tables/sales.orders");
  assert.deepEqual(described.json.streams, []);
  assert.deepEqual(described.json.storageDescriptor, { columns: [{ name: "a", type: "int" }] });
  assert.equal((await call("GET", "/api/tables/sales.none")).status, 404);
  assert.equal((await call("GET", "/api/tables/none.orders")).status, 404);
  assert.equal((await call("GET", "/api/tables/sales")).status, 400);
});

test("PUT /api/streams/NAME creates a stream in the caller's own name, or only checks what is asked for", async () => {
  const { call } = await fixture({ allowed: (_, resource) => resource.endsWith(":deliverystream/clicks") });
  const BucketARN = "arn:aws:s3:::lake";
  const destination = {
    ExtendedS3DestinationConfiguration: { RoleARN: "arn:aws:iam::000000000000:role/r", BucketARN },
  };
  const body = JSON.stringify({ ...destination, lakehose: { "roll-idle": "6h" } });
  const checked = await call("PUT", "/api/streams/clicks?check=true", body);
  assert.deepEqual([checked.status, checked.json], [200, { created: false }]);
  assert.equal((await call("GET", "/api/streams/clicks")).status, 404);
  const { json } = await call("PUT", "/api/streams/clicks", body);
  const stream = json.stream as JsonObject;
  assert.deepEqual([json.created, stream.name, stream.extensions], [true, "clicks", { "roll-idle": "6h" }]);
  assert.match(String(stream.arn), /:deliverystream\/clicks$/);
  assert.equal((await call("PUT", "/api/streams/clicks", body)).status, 409);
  assert.equal((await call("PUT", "/api/streams/others", body)).status, 403);
});

test("PUT /api/streams/NAME refuses what AWS would refuse, and settings that are none", async () => {
  const { call } = await fixture();
  const none = await call("PUT", "/api/streams/clicks?check=true", "{}");
  assert.match(String(none.json.message), /Exactly one destination/);
  const BucketARN = "arn:aws:s3:::lake";
  const destination = {
    ExtendedS3DestinationConfiguration: { RoleARN: "arn:aws:iam::000000000000:role/r", BucketARN },
  };
  const setting = JSON.stringify({ ...destination, lakehose: { "roll-idle": "soon" } });
  assert.match(String((await call("PUT", "/api/streams/clicks?check=true", setting)).json.message), /roll-idle/);
  const section = JSON.stringify({ ...destination, lakehose: 7 });
  assert.match(String((await call("PUT", "/api/streams/clicks", section)).json.message), /has to be an object/);
  assert.equal((await call("PUT", "/api/streams/not%20a%20name", JSON.stringify(destination))).status, 400);
});

test("DELETE /api/streams/NAME deletes a stream that there is", async () => {
  const { call } = await fixture();
  assert.deepEqual((await call("DELETE", "/api/streams/s")).json, { name: "s" });
  assert.equal((await call("DELETE", "/api/streams/none")).status, 404);
});

test("GET /api/stream-health says of every stream how it does, by the server's clock", async () => {
  const { call } = await fixture();
  const { json } = await call("GET", "/api/stream-health");
  assert.equal(typeof json.at, "number");
  const [stream] = json.streams as {
    name: string;
    status: string;
    health: { accepted: number; balance: JsonObject[] };
  }[];
  assert.deepEqual([stream?.name, stream?.status, stream?.health.accepted], ["s", "ACTIVE", 0]);
  assert.deepEqual(
    stream?.health.balance.map(({ accepted, balanced }) => [accepted, balanced]),
    [[0, true]],
  );
});

test("GET /api/tables/DATABASE.TABLE/partitions lists them, all or those that a filter keeps", async () => {
  const { catalog, call } = await fixture();
  await catalog.createDatabase({ name: "sales" });
  const partitionKeys = [{ name: "year", type: "int" }];
  await catalog.createTable("sales", {
    name: "orders",
    partitionKeys,
    storageDescriptor: { location: "s3://lake/o/" },
  });
  const made = [{ values: ["2025"] }, { values: ["2024"], storageDescriptor: { location: "s3://old/2024/" } }];
  await catalog.partitions.createPartitions("sales", "orders", made);
  const { json } = await call("GET", "/api/tables/Sales.orders/partitions");
  const [first, second] = json.partitions as JsonObject[];
  assert.deepEqual([first?.values, first?.location], [["2024"], "s3://old/2024/"]);
  assert.deepEqual([second?.values, second?.location], [["2025"], "s3://lake/o/"]);
  assert.deepEqual([json.total, json.keys], [2, [{ name: "year", type: "int" }]]);
  const filtered = await call("GET", "/api/tables/sales.orders/partitions?filter=year%3E2024");
  assert.equal(filtered.json.total, 1);
  const limited = await call("GET", "/api/tables/sales.orders/partitions?limit=1");
  assert.deepEqual([limited.json.total, (limited.json.partitions as JsonObject[]).length], [2, 1]);
  const wrong = await call("GET", "/api/tables/sales.orders/partitions?filter=month%3D1");
  assert.deepEqual([wrong.status, wrong.json.code], [400, "InvalidInputException"]);
  assert.equal((await call("GET", "/api/tables/sales.orders/partitions?limit=0")).status, 400);
  assert.equal((await call("GET", "/api/tables/sales.none/partitions")).status, 404);
});

test("DELETE /api/streams/NAME/redrives/ID asks for a redrive that there is", async () => {
  const { call } = await fixture({ allowed: (action) => action === "lakehose:CancelRedrive" });
  const unknown = await call("DELETE", "/api/streams/s/redrives/7");
  assert.deepEqual([unknown.status, unknown.json.code], [400, "InvalidArgumentException"]);
  assert.match(String(unknown.json.message), /no redrive/);
  assert.match(String((await call("DELETE", "/api/streams/s/redrives/x")).json.message), /whole number, got x/);
  const other = await call("DELETE", "/api/streams/s/redrives/7?delivery=none");
  assert.match(String(other.json.message), /none/);
});

test("POST /api/crawls begins a crawl, and GET and DELETE follow it", async () => {
  const { call } = await fixture();
  const started = await call("POST", "/api/crawls", '{"locations":["s3://lake/"],"database":"d"}');
  assert.deepEqual([started.status, started.json.state, started.json.id], [200, "running", "1"]);
  assert.equal((await call("DELETE", "/api/crawls/1")).status, 200);
  assert.match(String((await call("GET", "/api/crawls/1")).json.state), /failed|cancelled/);
  const { json } = await call("GET", "/api/crawls");
  assert.deepEqual(
    (json.crawls as JsonObject[]).map(({ id }) => id),
    ["1"],
  );
  assert.equal((await call("GET", "/api/crawls/7")).status, 404);
  const wrong = await call("POST", "/api/crawls", '{"locations":["lake"],"database":"d"}');
  assert.deepEqual([wrong.status, wrong.json.code], [400, "InvalidInputException"]);
});

test("secrets of destinations are shown nowhere, and PUT extensions keeps what comes back hidden", async () => {
  const { streams, call } = await fixture();
  const options = { url: "https://collector.example/", accessKey: "s3cret", tls: { key: "s3cret" } };
  const search = { endpoint: "https://search.example", index: "i", auth: { type: "api-key", key: "s3cret" } };
  const destinations = [
    { name: "web", type: "http-endpoint", options },
    { name: "search", type: "opensearch", options: search },
  ];
  const answers = [await call("PUT", "/api/streams/s/extensions", JSON.stringify({ destinations }))];
  answers.push(await call("GET", "/api/streams/s"), await call("GET", "/api/streams"));
  for (const { status, json } of answers) {
    assert.equal(status, 200);
    assert.ok(JSON.stringify(json).includes('"accessKey":{"hidden":true}'));
    assert.ok(!JSON.stringify(json).includes("s3cret"));
  }
  const shown = answers[0]?.json.extensions as JsonObject;
  await call("PUT", "/api/streams/s/extensions", JSON.stringify({ ...shown, "roll-records": 7 }));
  assert.deepEqual(streams.get("s")?.extensions, { destinations, "roll-records": 7 });
  const stranger = {
    destinations: [{ ...destinations[0], name: "new", options: { ...options, accessKey: { hidden: true } } }],
  };
  assert.equal((await call("PUT", "/api/streams/s/extensions", JSON.stringify(stranger))).status, 400);
});

test("the HEC token of a Splunk stream is not shown", async () => {
  const { call } = await fixture();
  const S3Configuration = { RoleARN: "arn:aws:iam::000000000000:role/r", BucketARN: "arn:aws:s3:::lake" };
  const splunk = { HECEndpoint: "https://splunk.example:8088", HECEndpointType: "Raw", HECToken: "s3cret" };
  const made = { SplunkDestinationConfiguration: { ...splunk, S3Configuration } };
  assert.equal((await call("PUT", "/api/streams/logs", JSON.stringify(made))).status, 200);
  const { json } = await call("GET", "/api/streams/logs");
  assert.match(JSON.stringify(json), /HECEndpointType/);
  assert.ok(!JSON.stringify(json).includes("s3cret"));
});
