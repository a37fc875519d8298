import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { makeAttempt, makeParcel } from "../../../test/conformance/destination.ts";
import { type StandInCluster, startStandInCluster } from "../../../test/fakes/stand-in-cluster.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import { IdentityWriter } from "../../model/identified-records.ts";
import { packRecords } from "../../model/records.ts";
import type { Clock } from "../../std/clock.ts";
import type { JsonObject } from "../../std/json.ts";
import { seededRandom } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import type { Attempt, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import { ParcelProgress } from "../parcel-progress.ts";
import { openSearchDestinationType } from "./opensearch-destination.ts";

const NOW = Date.parse("2024-06-01T10:30:00Z");
const clock: Clock = { now: () => NOW, monotonic: () => 0, sleep: async () => undefined };
const STREAM_UID = "0123456789abcdef";

interface Options {
  readonly cluster?: JsonObject;
  readonly destination?: JsonObject;
}

/** A destination of index `trades` at the address. */
function destinationAt(t: TestContext, address: string, { cluster, destination }: Options = {}): Destination {
  const options = { endpoint: address, index: "trades", ...cluster, ...destination };
  const stream = { name: "s", uid: STREAM_UID, arn: "arn", region: "us-east-1" };
  const opened = openSearchDestinationType.create(options, {
    owner: { stream, delivery: "d" },
    storeFor: () => assert.fail("no store is needed"),
    secretOf: (name) => assert.fail(`no secret ${name} is needed`),
    endpointOf: () => undefined,
    telemetry: silentTelemetry,
    clock,
    random: seededRandom(1),
  });
  afterwards(t, () => opened.close());
  return opened;
}

async function fixture(t: TestContext, options: Options & { requestBytesMax?: number } = {}) {
  const { requestBytesMax } = options;
  const cluster = await startStandInCluster(requestBytesMax === undefined ? {} : { requestBytesMax });
  afterwards(t, () => cluster.close());
  return { cluster, destination: destinationAt(t, cluster.address, options) };
}

function parcelOf(records: readonly (string | Buffer)[], first = 0, arrivalMs = NOW): Parcel {
  const pieces: Buffer[] = [];
  const packed = packRecords(records.map((record) => Buffer.from(record)));
  new IdentityWriter().write(packed, arrivalMs, { offsets: { first } }, (source, start, end) => {
    pieces.push(Buffer.from(source.subarray(start, end)));
  });
  return makeParcel({ records: records.length, body: bytesBody(Buffer.concat(pieces)) });
}

function attemptAt({ records }: Parcel, overrides: Partial<Attempt> = {}): Attempt {
  return makeAttempt({ progress: new ParcelProgress(records), ...overrides });
}

function sources(cluster: StandInCluster, index = "trades"): string[] {
  return [...cluster.documents(index).values()].map(({ source }) => source);
}

async function failureOf(delivery: Promise<unknown>): Promise<DestinationError> {
  const error = await delivery.then(
    () => assert.fail("expected the delivery to fail"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DestinationError, String(error));
  return error;
}

describe("OpenSearchDestination", () => {
  it("makes a document of each record, under its stream and place", async (t) => {
    const { cluster, destination } = await fixture(t, { destination: { rotation: "day" } });
    const parcel = parcelOf(['{"n":1}', '{"n":2}\n'], 41);
    const attempt = attemptAt(parcel);
    assert.equal((await destination.deliver(parcel, attempt)).outcome, "delivered");
    assert.equal(attempt.progress.unsettled, 0);
    assert.deepEqual(cluster.indices, ["trades-2024-06-01"]);
    assert.deepEqual(
      [...cluster.documents("trades-2024-06-01").values()].map(({ id, source }) => [id, source]),
      [
        [`${STREAM_UID}-41`, '{"n":1}'],
        [`${STREAM_UID}-42`, '{"n":2}'],
      ],
    );
  });

  it("has each record once when a parcel is sent again", async (t) => {
    const { cluster, destination } = await fixture(t);
    const parcel = parcelOf(['{"n":1}', '{"n":2}']);
    cluster.fail("lost");
    const failure = await failureOf(destination.deliver(parcel, attemptAt(parcel)));
    assert.deepEqual([failure.code, failure.retriable, failure.isDoubtful], ["unreachable", true, true]);
    const again = attemptAt(parcel, { number: 2 });
    await destination.deliver(parcel, again);
    assert.equal(again.progress.unsettled, 0);
    assert.deepEqual(sources(cluster), ['{"n":1}', '{"n":2}']);
  });

  it("refuses what is no document without asking, and what the cluster will never take", async (t) => {
    const { cluster, destination } = await fixture(t);
    const error = { type: "mapper_parsing_exception", reason: "failed to parse field [n]" };
    cluster.itemFault = (_action, source) => (source.includes("x") ? { status: 400, error } : undefined);
    const parcel = parcelOf(["[1]", '{"n":1}', '{"n":"x"}', Buffer.from('{"\xff":1}', "latin1")]);
    const attempt = attemptAt(parcel, { number: 3 });
    await destination.deliver(parcel, attempt);
    assert.deepEqual(sources(cluster), ['{"n":1}']);
    assert.deepEqual(Object.fromEntries(attempt.progress.refusals), {
      0: { code: "400", message: 'expected one JSON object, got what begins with "[1]"', attempts: 3 },
      2: { code: "400", message: JSON.stringify(error), attempts: 3 },
      3: { code: "400", message: "expected JSON in UTF-8, got bytes that are no UTF-8", attempts: 3 },
    });
  });

  it("sends again what was put off, and nothing else", async (t) => {
    const { cluster, destination } = await fixture(t);
    let isBlocked = true;
    const error = { type: "cluster_block_exception", reason: "index read-only" };
    cluster.itemFault = (_action, source) => (isBlocked && source.includes("2") ? { status: 403, error } : undefined);
    const parcel = parcelOf(['{"n":1}', '{"n":2}', '{"n":3}']);
    const progress = new ParcelProgress(3);
    const failure = await failureOf(destination.deliver(parcel, attemptAt(parcel, { progress })));
    assert.deepEqual([failure.retriable, failure.logCode], [true, "403"]);
    assert.match(failure.message, /cluster_block_exception/);
    assert.equal(progress.unsettled, 1);
    isBlocked = false;
    await destination.deliver(parcel, attemptAt(parcel, { progress, number: 2 }));
    assert.equal(progress.unsettled, 0);
    assert.equal(cluster.requests.at(-1)?.body.toString().split("\n")[1], '{"n":2}');
    assert.equal(cluster.requests.at(-1)?.body.toString().split("\n").length, 3);
  });

  it("leaves a busy cluster alone", async (t) => {
    const { cluster, destination } = await fixture(t, { cluster: { requestBytesMax: 65_536 } });
    const error = { type: "rejected_execution_exception", reason: "queue is full" };
    cluster.itemFault = () => ({ status: 429, error });
    const parcel = parcelOf([1, 2, 3].map((n) => `{"n":${n},"text":"${"x".repeat(50_000)}"}`));
    const failure = await failureOf(destination.deliver(parcel, attemptAt(parcel)));
    assert.equal(failure.logCode, "429");
    assert.equal(cluster.requests.length, 1);
  });

  for (const [status, code] of [
    [429, "refused"],
    [503, "refused"],
    [401, "denied"],
    [403, "denied"],
    [404, "refused"],
    [302, "refused"],
  ] as const) {
    it(`comes again after ${status}`, async (t) => {
      const { cluster, destination } = await fixture(t);
      cluster.fail({ status, body: "no", headers: { "retry-after": "7", location: cluster.address } });
      const parcel = parcelOf(["{}"]);
      const failure = await failureOf(destination.deliver(parcel, attemptAt(parcel)));
      assert.deepEqual(
        [failure.code, failure.retriable, failure.logCode, failure.retryAfterMs],
        [code, true, String(status), 7_000],
      );
      assert.match(failure.message, new RegExp(`answered ${status}: no`));
      assert.equal(cluster.requests.length, 1);
    });
  }

  it("waits until a date that the cluster names, five minutes at most", async (t) => {
    const { cluster, destination } = await fixture(t);
    const parcel = parcelOf(["{}"]);
    for (const [seconds, expected] of [
      [30, 30_000],
      [100_000, 300_000],
      [-5, undefined],
    ] as const) {
      const date = new Date(NOW + seconds * 1000).toUTCString();
      cluster.fail({ status: 503, headers: { "retry-after": date } });
      assert.equal((await failureOf(destination.deliver(parcel, attemptAt(parcel)))).retryAfterMs, expected);
    }
  });

  it("does not take a web page for an answer", async (t) => {
    const { cluster, destination } = await fixture(t);
    cluster.fail({ status: 200, body: "<html>please sign in</html>" });
    const parcel = parcelOf(["{}"]);
    const attempt = attemptAt(parcel);
    assert.match(
      (await failureOf(destination.deliver(parcel, attempt))).message,
      /please sign in.*is the endpoint that of a cluster/,
    );
    assert.equal(attempt.progress.unsettled, 1);
  });

  it("divides requests by size, and further when the cluster says that they are too large", async (t) => {
    const { cluster, destination } = await fixture(t, {
      cluster: { requestBytesMax: 65_536 },
      requestBytesMax: 20_000,
    });
    const parcel = parcelOf(Array.from({ length: 60 }, (_, n) => `{"n":${n},"text":"${"x".repeat(2_000)}"}`));
    const attempt = attemptAt(parcel);
    await destination.deliver(parcel, attempt);
    assert.equal(sources(cluster).length, 60);
    assert.ok(cluster.requests.every(({ body }) => body.length <= 65_536));
    const before = cluster.requests.length;
    const next = parcelOf(
      Array.from({ length: 60 }, (_, n) => `{"n":${n},"text":"${"x".repeat(2_000)}"}`),
      100,
    );
    await destination.deliver(next, attemptAt(next));
    assert.ok(
      cluster.requests.slice(before).every(({ body }) => body.length <= 20_000),
      "what is too large is remembered",
    );
  });

  it("refuses one document that is too large for the cluster, and sends those around it", async (t) => {
    const { cluster, destination } = await fixture(t, { requestBytesMax: 5_000 });
    const parcel = parcelOf(['{"n":1}', `{"n":2,"text":"${"x".repeat(6_000)}"}`, '{"n":3}']);
    const attempt = attemptAt(parcel);
    await destination.deliver(parcel, attempt);
    assert.deepEqual(sources(cluster), ['{"n":1}', '{"n":3}']);
    assert.equal(attempt.progress.refusals.get(1)?.code, "413");
  });

  it("lets the later record replace the earlier one under an id of the user's, however late it comes", async (t) => {
    const { cluster, destination } = await fixture(t, { destination: { documentId: { field: "id" } } });
    const parcel = parcelOf(['{"id":"a","n":1}', '{"id":"a","n":2}']);
    await destination.deliver(parcel, attemptAt(parcel));
    assert.deepEqual(sources(cluster), ['{"id":"a","n":2}']);
    const earlier = parcelOf(['{"id":"a","n":0}'], 0, NOW - 1000);
    const attempt = attemptAt(earlier);
    await destination.deliver(earlier, attempt);
    assert.equal(attempt.progress.unsettled, 0);
    assert.deepEqual(sources(cluster), ['{"id":"a","n":2}']);
    assert.equal(destination.inOrder, false);
  });

  it("takes parcels of a serverless collection in order where ids are the user's, without versions", async (t) => {
    const options = { documentId: { field: "id" }, serverless: true };
    const { cluster, destination } = await fixture(t, { destination: options });
    assert.equal(destination.inOrder, true);
    const parcel = parcelOf(['{"id":"a"}']);
    await destination.deliver(parcel, attemptAt(parcel));
    assert.equal(cluster.requests[0]?.body.toString(), '{"index":{"_index":"trades","_id":"a"}}\n{"id":"a"}\n');
  });

  it("says of a record what its error record needs", async (t) => {
    const { destination } = await fixture(t, { destination: { typeName: "trade", rotation: "month" } });
    const record = { index: 0, bytes: Buffer.from("no json"), offset: 7, piece: 0, arrivalMs: NOW };
    assert.deepEqual(destination.detailsOf?.(record), {
      esDocumentId: `${STREAM_UID}-7`,
      esIndexName: "trades-2024-06",
      esTypeName: "trade",
    });
    const { destination: serverless } = await fixture(t, { destination: { serverless: true, documentId: "none" } });
    assert.deepEqual(serverless.detailsOf?.(record), { osDocumentId: "", osIndexName: "trades" });
  });
});
