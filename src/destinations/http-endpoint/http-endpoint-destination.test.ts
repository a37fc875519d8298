import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  attemptAt,
  makeRecordParcel,
  recordDestinationConformance,
  TEST_OWNER,
} from "../../../test/conformance/record-destination.ts";
import { startScriptedHttpServer } from "../../../test/fakes/scripted-http-server.ts";
import { acknowledgement, type ReceiverAnswer, StandInReceiver } from "../../../test/fakes/stand-in-receiver.ts";
import { systemClock } from "../../std/clock.ts";
import type { JsonObject } from "../../std/json.ts";
import { seededRandom } from "../../std/random.ts";
import { silentTelemetry, type Telemetry } from "../../telemetry/telemetry.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies } from "../destination-type.ts";
import { httpEndpointDestinationType } from "./http-endpoint-destination.ts";

function destinationFor(options: JsonObject, overrides: Partial<DestinationDependencies> = {}) {
  return httpEndpointDestinationType.create(options, {
    owner: TEST_OWNER,
    storeFor: () => assert.fail("no store is asked for"),
    secretOf: (name) => assert.fail(`no secret ${name} is asked for`),
    endpointOf: () => undefined,
    telemetry: silentTelemetry,
    clock: systemClock,
    random: seededRandom(1),
    ...overrides,
  });
}

async function startReceiver(t: TestContext) {
  const receiver = new StandInReceiver();
  const url = await receiver.start();
  t.after(() => receiver.close());
  return { receiver, url };
}

recordDestinationConformance("http-endpoint, against a stand-in", async () => {
  const receiver = new StandInReceiver();
  const url = await receiver.start();
  const options = { url, requestRecords: 1000 };
  return {
    destination: destinationFor(options),
    guarantee: "at-least-once",
    successor: () => destinationFor(options),
    faults: ["before", "after", "hang"],
    fail: (fault) => {
      const left: ReceiverAnswer[] = [fault === "before" ? { status: 503 } : fault === "after" ? "lost" : "hang"];
      receiver.answer = () => left.shift();
    },
    visible: async () => receiver.taken,
    close: () => receiver.close(),
  };
});

test("a request has the headers of the protocol, and the same id when it comes again", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const commonAttributes = { team: "Ünits 🙂", empty: "" };
  const options = { url: `${url}/in?x=1`, contentEncoding: "gzip", commonAttributes, accessKey: "hush" };
  const destination = destinationFor(options);
  t.after(() => destination.close());
  const parcel = await makeRecordParcel(["one", "two"]);
  receiver.answer = () => (receiver.received.length === 1 ? { status: 500, body: "later" } : undefined);
  const attempt = attemptAt(parcel);
  const before = Date.now();
  await assert.rejects(destination.deliver(parcel, attempt), { message: /127\.0\.0\.1:\d+ answered 500: later/ });
  await destination.deliver(parcel, { ...attempt, number: 2 });
  const [first, second] = receiver.received;
  assert.ok(first && second);
  for (const { headers, requestId, timestamp, url: path } of [first, second]) {
    assert.equal(path, "/in?x=1");
    assert.equal(requestId, parcel.id);
    assert.ok(timestamp >= before && timestamp <= Date.now());
    assert.deepEqual(
      Object.fromEntries(Object.entries(headers).filter(([name]) => /^(x-amz|content-(type|encoding))/.test(name))),
      {
        "x-amz-firehose-protocol-version": "1.0",
        "x-amz-firehose-request-id": parcel.id,
        "x-amz-firehose-source-arn": TEST_OWNER.stream.arn,
        "x-amz-firehose-access-key": "hush",
        "x-amz-firehose-common-attributes": '{"commonAttributes":{"team":"\\u00dcnits \\ud83d\\ude42","empty":""}}',
        "content-type": "application/json",
        "content-encoding": "gzip",
      },
    );
  }
  assert.deepEqual(receiver.taken, ["one", "two"]);
});

test("without key, attributes and packing their headers are absent", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const destination = destinationFor({ url });
  t.after(() => destination.close());
  const parcel = await makeRecordParcel(["one"]);
  await destination.deliver(parcel, attemptAt(parcel));
  const names = Object.keys(receiver.received[0]?.headers ?? {});
  for (const name of ["content-encoding", "x-amz-firehose-access-key", "x-amz-firehose-common-attributes"]) {
    assert.ok(!names.includes(name), name);
  }
});

test("address and key are read anew for each attempt, the key out of a JSON secret too", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const secrets = new Map([["arn:secret", '{"api_key":"old"}']]);
  let mapped = "http://127.0.0.1:9/nobody";
  const options = {
    url: "https://collector.invalid/in",
    accessKey: { secret: "arn:secret" },
    accessKeyMember: "api_key",
  };
  const destination = destinationFor(options, {
    secretOf: (name) => secrets.get(name) ?? "",
    endpointOf: (name) => (name === options.url ? mapped : undefined),
  });
  t.after(() => destination.close());
  const parcel = await makeRecordParcel(["one"]);
  const attempt = attemptAt(parcel);
  await assert.rejects(destination.deliver(parcel, attempt), { logCode: "HttpEndpoint.ConnectionFailed" });
  mapped = url;
  secrets.set("arn:secret", '{"api_key":"new"}');
  await destination.deliver(parcel, attempt);
  assert.equal(receiver.received[0]?.headers["x-amz-firehose-access-key"], "new");
});

test("only 200 with the protocol's answer is success, and 413 refuses for good", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const destination = destinationFor({ url });
  t.after(() => destination.close());
  const id = (await makeRecordParcel(["x"])).id;
  const examples: readonly [ReceiverAnswer, string, boolean][] = [
    [{ status: 201, body: acknowledgement(id) }, "HttpEndpoint.DestinationException", false],
    [{ status: 204, body: "" }, "HttpEndpoint.DestinationException", false],
    [{ status: 302, headers: { location: "/" } }, "HttpEndpoint.DestinationException", false],
    [{ status: 400 }, "HttpEndpoint.DestinationException", false],
    [{ status: 504 }, "HttpEndpoint.DestinationException", true],
    [{ status: 200, body: "{}" }, "HttpEndpoint.InvalidResponseFromDestination", true],
    [{ status: 200, body: "x".repeat(1024 * 1024 + 1) }, "HttpEndpoint.ResponseTooLarge", true],
    ["lost", "HttpEndpoint.ConnectionReset", true],
  ];
  for (const [answer, logCode, isDoubtful] of examples) {
    const parcel = await makeRecordParcel(["x"]);
    const attempt = attemptAt(parcel);
    receiver.answer = () => answer;
    await assert.rejects(destination.deliver(parcel, attempt), (error) => {
      assert.ok(error instanceof DestinationError);
      assert.deepEqual([error.logCode, error.retriable, attempt.progress.isDoubtful], [logCode, true, isDoubtful]);
      return true;
    });
    assert.equal(attempt.progress.unsettled, 1);
  }
  receiver.answer = () => ({ status: 413, body: "too  much\n" });
  const parcel = await makeRecordParcel(["x", "y"]);
  const attempt = attemptAt(parcel, { number: 3 });
  await destination.deliver(parcel, attempt);
  assert.deepEqual(
    [...attempt.progress.refusals.values()].map(({ code, attempts }) => [code, attempts]),
    [
      ["HttpEndpoint.DestinationException", 3],
      ["HttpEndpoint.DestinationException", 3],
    ],
  );
  assert.match(attempt.progress.refusals.get(0)?.message ?? "", /answered 413: too much$/);
});

test("the option success has any status from 200 to 299 count", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const destination = destinationFor({ url, success: "status" });
  t.after(() => destination.close());
  receiver.answer = () => ({ status: 202, body: "ok", headers: {} });
  const parcel = await makeRecordParcel(["x"]);
  await destination.deliver(parcel, attemptAt(parcel));
});

test("a request that is refused keeps no other from being sent; where nothing can be sent, none is tried", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const sent: number[] = [];
  const telemetry: Telemetry = {
    emit: (name, fields) => void (name === "delivery.requestSent" && "records" in fields && sent.push(fields.records)),
  };
  const destination = destinationFor({ url, requestRecords: 2 }, { telemetry });
  t.after(() => destination.close());
  receiver.answer = ({ texts }) => (texts.includes("3") ? { status: 400 } : undefined);
  const parcel = await makeRecordParcel(["1", "2", "3", "4", "5"]);
  const attempt = attemptAt(parcel);
  await assert.rejects(destination.deliver(parcel, attempt), { logCode: "HttpEndpoint.DestinationException" });
  assert.deepEqual(receiver.taken, ["1", "2", "5"]);
  await assert.rejects(destination.deliver(parcel, { ...attempt, number: 2 }));
  assert.deepEqual(
    receiver.received.map(({ texts }) => texts.join("")),
    ["12", "34", "5", "34"],
  );
  assert.equal(receiver.received[1]?.requestId, receiver.received[3]?.requestId);
  assert.deepEqual(sent, [2, 2, 1, 2], "what comes again counts again");
  sent.length = 0;
  const nobody = destinationFor({ url: "http://127.0.0.1:9", requestRecords: 2 }, { telemetry });
  t.after(() => nobody.close());
  await assert.rejects(nobody.deliver(parcel, attemptAt(parcel)), { logCode: "HttpEndpoint.ConnectionFailed" });
  assert.deepEqual(sent, [2]);
});

test("records that the protocol has no room for are refused alone", async (t) => {
  const { receiver, url } = await startReceiver(t);
  const destination = destinationFor({ url });
  t.after(() => destination.close());
  const parcel = await makeRecordParcel(["a", "z".repeat(1_100_000), "b"]);
  const attempt = attemptAt(parcel);
  await destination.deliver(parcel, attempt);
  assert.deepEqual(receiver.taken, ["a", "b"]);
  assert.deepEqual([...attempt.progress.refusals.keys()], [1]);
});

test("what is no HTTP and what is not trusted have codes of their own", async (t) => {
  const server = await startScriptedHttpServer();
  t.after(() => server.close());
  const destination = destinationFor({ url: server.address.replace("http:", "https:") });
  t.after(() => destination.close());
  const parcel = await makeRecordParcel(["a"]);
  const code = { logCode: "HttpEndpoint.SSLHandshakeFailure", isDoubtful: false };
  await assert.rejects(destination.deliver(parcel, attemptAt(parcel)), code);
});

test("backoffMs() doubles from a second to two minutes, 15 % more or less", () => {
  const at = (fraction: number) => {
    const destination = destinationFor(
      { url: "https://a.b" },
      { random: { bytes: Buffer.alloc, fraction: () => fraction } },
    );
    return [1, 2, 7, 8, 20].map((number) => Math.round(destination.backoffMs?.(number) ?? 0));
  };
  assert.deepEqual(at(0), [850, 1700, 54_400, 102_000, 102_000]);
  assert.deepEqual(at(0.5), [1000, 2000, 64_000, 120_000, 120_000]);
  assert.ok(at(0.999999).every((ms, index) => Math.abs(ms - (at(0.5)[index] ?? 0) * 1.15) < 2));
});

test("options that cannot work are refused, and a known receiver says how much is gathered", () => {
  const { optionsSchema, gathers } = httpEndpointDestinationType;
  const fine = { url: "https://host/path" };
  assert.ok(optionsSchema.safeParse(fine).success);
  for (const wrong of [
    {},
    { url: "ftp://host" },
    { url: "host" },
    { url: "https://user:pass@host" },
    { ...fine, commonAttributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`a${n}`, "v"])) },
    { ...fine, requestRecords: 10_001 },
    { ...fine, requestBytes: 64 * 1024 * 1024 + 1 },
    { ...fine, receiver: "nobody" },
    { ...fine, acessKey: "typo" },
  ]) {
    assert.ok(!optionsSchema.safeParse(wrong).success, JSON.stringify(wrong));
  }
  assert.deepEqual(gathers({ ...fine, receiver: "datadog" }), { bytes: 4 * 1024 * 1024, ageMs: 60_000 });
  assert.equal(gathers(fine), undefined);
});
