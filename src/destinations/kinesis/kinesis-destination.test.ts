import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it, type TestContext } from "node:test";
import {
  attemptAt,
  makeRecordParcel,
  type RecordDestinationUnderTest,
  recordDestinationConformance,
} from "../../../test/conformance/record-destination.ts";
import { type AwsFaultProxy, type BatchWire, startAwsFaultProxy } from "../../../test/fakes/aws-fault-proxy.ts";
import { destinationDependencies } from "../../../test/fakes/destination-dependencies.ts";
import { KinesisUnderTest } from "../../../test/fakes/kinesis-under-test.ts";
import { startScriptedHttpServer } from "../../../test/fakes/scripted-http-server.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import type { JsonObject } from "../../std/json.ts";
import { DestinationError } from "../destination-error.ts";
import { kinesisDestinationType } from "./kinesis-destination.ts";

const { LAKEHOSE_TEST_KINESIS: server } = process.env;
const skip = server === undefined && "LAKEHOSE_TEST_KINESIS is not set";
const credentials = { accessKeyId: "any", secretAccessKey: "any" };

const PUT_RECORDS: BatchWire = {
  target: /PutRecords$/,
  half: (request) => ({ ...request, Records: every(request.Records as unknown[], 0) }),
  whole: (request, answer) => {
    const taken = (answer.Records as unknown[]).values();
    const refused = { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded" };
    const Records = (request.Records as unknown[]).map((_, index) => (index % 2 === 0 ? taken.next().value : refused));
    return { ...answer, FailedRecordCount: Math.floor(Records.length / 2), Records };
  },
};

function every(records: readonly unknown[], remainder: number): unknown[] {
  return records.filter((_, index) => index % 2 === remainder);
}

if (server !== undefined) {
  recordDestinationConformance("kinesis", async (): Promise<RecordDestinationUnderTest> => {
    const stream = await KinesisUnderTest.open(server);
    const proxy = await startAwsFaultProxy(server, PUT_RECORDS);
    const options = { ...optionsOf(stream, proxy), partitionKey: { constant: "one" } };
    const open = () => kinesisDestinationType.create(options, destinationDependencies());
    return {
      destination: open(),
      guarantee: kinesisDestinationType.guarantee,
      successor: open,
      faults: ["before", "after", "hang", "partial"],
      fail: (fault) => {
        proxy.fault = fault;
      },
      visible: async () => (await stream.records()).map(({ text }) => text),
      poison: "x".repeat(11 * 1024 * 1024),
      // A shard keeps the order of what it takes; what it has no room for comes behind.
      isOrdered: false,
      close: async () => {
        await Promise.all([stream.close(), proxy.close()]);
      },
    };
  });
}

describe("kinesis destination", { skip }, () => {
  it("takes partition keys from records, spreads those that say none, and shortens what is too long", async (t) => {
    const { stream, proxy } = await openStream(t);
    const destination = create({ ...optionsOf(stream, proxy), partitionKey: { field: "user" } });
    const long = "u".repeat(300);
    const texts = [{ user: "ada" }, { user: 7 }, {}, { user: "" }, { user: long }].map((one) => JSON.stringify(one));
    const parcel = await makeRecordParcel(texts);
    await destination.deliver(parcel, attemptAt(parcel));
    const keys = (await stream.records()).map(({ partitionKey }) => partitionKey);
    const uid = "0123456789abcdef0123456789abcdef";
    const hashed = createHash("sha256").update(long).digest("hex");
    assert.deepEqual(keys.toSorted(), ["ada", "7", `${uid}-2-0`, `${uid}-3-0`, hashed].toSorted());
  });

  it("fills requests up to 500 records", async (t) => {
    const { stream, proxy } = await openStream(t);
    const destination = create(optionsOf(stream, proxy));
    const parcel = await makeRecordParcel(Array.from({ length: 1_001 }, (_, index) => String(index)));
    await destination.deliver(parcel, attemptAt(parcel));
    assert.deepEqual(
      proxy.requests.map(({ Records }) => (Records as unknown[]).length),
      [500, 500, 1],
    );
  });
});

describe("kinesis destination before a server that answers as it is told", () => {
  it("finds the record that the whole request is refused for", async (t) => {
    const scripted = await startScriptedHttpServer();
    afterwards(t, () => scripted.close());
    const destination = create({ stream: "clicks", endpoint: scripted.address, credentials });
    const refused = { status: 400, body: JSON.stringify({ __type: "InvalidArgumentException", message: "too large" }) };
    const taken = (count: number) => ({
      status: 200,
      body: JSON.stringify({ FailedRecordCount: 0, Records: Array(count).fill({ SequenceNumber: "1", ShardId: "s" }) }),
    });
    // Four records, the third of which is larger than the stream takes.
    scripted.answer(refused, taken(2), refused, refused, taken(1));
    const parcel = await makeRecordParcel(["a", "b", "c", "d"]);
    const attempt = attemptAt(parcel);
    await destination.deliver(parcel, attempt);
    assert.deepEqual(
      [...attempt.progress.refusals],
      [[2, { code: "Kinesis.InvalidArgumentException", message: "too large", attempts: 1 }]],
    );
    assert.equal(attempt.progress.unsettled, 0);
  });

  it("fails, with the service's code, once no record gets through for a while", async (t) => {
    const scripted = await startScriptedHttpServer();
    afterwards(t, () => scripted.close());
    const throttled = {
      status: 200,
      body: JSON.stringify({
        FailedRecordCount: 1,
        Records: [{ ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded for shard" }],
      }),
    };
    scripted.answer(...Array(20).fill(throttled));
    const destination = create({ stream: "clicks", endpoint: scripted.address, credentials });
    const parcel = await makeRecordParcel(["a"]);
    await assert.rejects(destination.deliver(parcel, attemptAt(parcel)), (error) => {
      assert.ok(error instanceof DestinationError && error.retriable && !error.isDoubtful);
      assert.equal(error.logCode, "Kinesis.ProvisionedThroughputExceededException");
      return true;
    });
    assert.equal(scripted.seen.length, 5);
  });

  it("says what to grant, and reads the secret anew for each attempt", async (t) => {
    const scripted = await startScriptedHttpServer();
    afterwards(t, () => scripted.close());
    const denied = { status: 400, body: JSON.stringify({ __type: "AccessDeniedException", message: "no" }) };
    scripted.answer(denied, denied);
    const secrets = ["first", "second"];
    const options = {
      stream: "clicks",
      endpoint: scripted.address,
      credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: { secret: "key" } },
    };
    const dependencies = destinationDependencies({ secretOf: () => secrets.shift() ?? "" });
    const destination = kinesisDestinationType.create(options, dependencies);
    const parcel = await makeRecordParcel(["a"]);
    for (let number = 1; number <= 2; number++) {
      await assert.rejects(destination.deliver(parcel, attemptAt(parcel, { number })), /grant kinesis:PutRecords/);
    }
    assert.deepEqual(secrets, []);
  });
});

function optionsOf({ name }: KinesisUnderTest, { address }: AwsFaultProxy): JsonObject {
  return { stream: name, endpoint: address, region: "us-east-1", credentials: { ...credentials } };
}

function create(options: JsonObject) {
  return kinesisDestinationType.create(options, destinationDependencies());
}

async function openStream(t: TestContext) {
  const stream = await KinesisUnderTest.open(server ?? "");
  const proxy = await startAwsFaultProxy(server ?? "", PUT_RECORDS);
  afterwards(t, () => Promise.all([stream.close(), proxy.close()]));
  return { stream, proxy };
}
