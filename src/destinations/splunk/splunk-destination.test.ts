import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import {
  attemptAt,
  makeRecordParcel,
  recordDestinationConformance,
  TEST_OWNER,
} from "../../../test/conformance/record-destination.ts";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { startScriptedHttpServer } from "../../../test/fakes/scripted-http-server.ts";
import { type SplunkFault, StandInSplunk } from "../../../test/fakes/stand-in-splunk.ts";
import { systemClock } from "../../std/clock.ts";
import type { JsonObject } from "../../std/json.ts";
import { seededRandom } from "../../std/random.ts";
import { silentTelemetry, type Telemetry } from "../../telemetry/telemetry.ts";
import type { Attempt, Destination, Parcel } from "../destination.ts";
import type { DestinationDependencies } from "../destination-type.ts";
import { splunkDestinationType } from "./splunk-destination.ts";

function destinationFor(options: JsonObject, overrides: Partial<DestinationDependencies> = {}): Destination {
  return splunkDestinationType.create(options, {
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

interface World {
  readonly splunk: StandInSplunk;
  readonly options: { endpoint: string; token: string };
  destination(options?: JsonObject, overrides?: Partial<DestinationDependencies>): Destination;
}

async function startWorld(t: TestContext): Promise<World> {
  const splunk = new StandInSplunk();
  const options = { endpoint: await splunk.start(), token: splunk.token };
  t.after(() => splunk.close());
  return {
    splunk,
    options,
    destination: (more = {}, overrides = {}) => {
      const destination = destinationFor({ ...options, ...more }, overrides);
      t.after(() => destination.close());
      return destination;
    },
  };
}

const eventOf = (number: number) => JSON.stringify({ event: { number } });

const eventsOf = (...numbers: number[]) => numbers.map(eventOf);

/** Time passes as fast as the delivery waits for it. */
async function passing<T>(clock: PretendClock, work: Promise<T>): Promise<T> {
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  work.then(over, over);
  while (!isOver) {
    await clock.advance(100);
    await systemClock.sleep(1);
  }
  return work;
}

async function sent(parcel: Parcel, destination: Destination, more: Partial<Attempt> = {}) {
  const attempt = attemptAt(parcel, more);
  await destination.deliver(parcel, attempt);
  return attempt.progress;
}

for (const endpointType of ["event", "raw"]) {
  recordDestinationConformance(`splunk (${endpointType}), against a stand-in`, async () => {
    const splunk = new StandInSplunk();
    const options = { endpoint: await splunk.start(), token: splunk.token, endpointType };
    const faults: Readonly<Record<string, SplunkFault>> = { before: "busy", after: "lost", hang: "hang" };
    return {
      destination: destinationFor(options),
      guarantee: "at-least-once",
      successor: () => destinationFor(options, { random: seededRandom(2) }),
      faults: ["before", "after", "hang"],
      fail: (fault) => void splunk.faults.push(faults[fault] ?? "busy"),
      visible: async () => splunk.indexed,
      record: endpointType === "event" ? eventOf : (number: number) => `line ${number}`,
      ...(endpointType === "event" ? { poison: "no event" } : {}),
      close: () => splunk.close(),
    };
  });
}

test("events stand one behind another, text lines behind each other, under one channel and the token", async (t) => {
  const { splunk, destination } = await startWorld(t);
  await sent(await makeRecordParcel(eventsOf(1, 2)), destination());
  const [event, ack] = splunk.requests;
  const channel = event?.channel ?? "";
  assert.match(channel, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const body = '{"event":{"number":1}}{"event":{"number":2}}';
  assert.deepEqual(event, { path: "event", token: splunk.token, channel, body });
  assert.deepEqual(ack, { path: "ack", token: splunk.token, channel, body: '{"acks":[0]}' });
  const texts = await makeRecordParcel(["one", "two"]);
  await sent(texts, destination({ endpointType: "raw" }));
  await sent(texts, destination({ endpointType: "raw", delimiter: "" }));
  const raw = splunk.requests.filter(({ path }) => path === "raw").map(({ body: text }) => text);
  assert.deepEqual(raw, ["one\ntwo\n", "onetwo"]);
});

test("records are delivered once Splunk acknowledges them, and not before", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const clock = new PretendClock();
  const latencies: number[] = [];
  const telemetry: Telemetry = {
    emit: (name, fields) =>
      void (name === "delivery.acknowledged" && "latencyMs" in fields && latencies.push(fields.latencyMs)),
  };
  splunk.questionsBefore = 3;
  const parcel = await makeRecordParcel(eventsOf(1, 2, 3));
  const attempt = attemptAt(parcel);
  const subject = destination({ requestBytes: 1024 }, { clock, telemetry });
  await passing(clock, subject.deliver(parcel, attempt));
  assert.equal(attempt.progress.unsettled, 0);
  assert.equal(splunk.requests.filter(({ path }) => path === "ack").length, 4);
  const [latencyMs = 0, ...more] = latencies;
  // While an answer is on its way, the pretended time passes too.
  assert.ok(more.length === 0 && latencyMs >= 250 + 500 + 1000 + 2000 && latencyMs < 8000, `${latencyMs}`);
  assert.ok(attempt.progress.uncountedMs >= 3750 && attempt.progress.uncountedMs <= latencyMs);
});

test("what is not acknowledged in time is in doubt, comes again, and the wait does not count against retries", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const clock = new PretendClock();
  splunk.questionsBefore = Number.POSITIVE_INFINITY;
  const parcel = await makeRecordParcel(eventsOf(1));
  const attempt = attemptAt(parcel);
  const subject = destination({ acknowledgementMs: 180_000 }, { clock });
  await assert.rejects(passing(clock, subject.deliver(parcel, attempt)), {
    logCode: "Splunk.AckTimeout",
    retriable: true,
    isDoubtful: true,
    message: /1 requests were not acknowledged within 180000 ms$/,
  });
  assert.ok(attempt.progress.isDoubtful && attempt.progress.uncountedMs > 170_000, `${attempt.progress.uncountedMs}`);
  splunk.questionsBefore = 0;
  await passing(clock, subject.deliver(parcel, { ...attempt, number: 2 }));
  assert.deepEqual(splunk.indexed, eventsOf(1, 1));
});

test("several requests are asked for together, and the next attempt is about those that are not acknowledged", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const texts = Array.from({ length: 4 }, (_, n) => JSON.stringify({ event: `${n}`.repeat(900) }));
  const parcel = await makeRecordParcel(texts);
  const subject = destination({ requestBytes: 1024 });
  splunk.faults.push("busy");
  const attempt = attemptAt(parcel);
  await assert.rejects(subject.deliver(parcel, attempt), { logCode: "Splunk.ServerError", isDoubtful: false });
  await subject.deliver(parcel, { ...attempt, number: 2 });
  const acks = splunk.requests.filter(({ path }) => path === "ack").map(({ body }) => body);
  assert.deepEqual(acks, ['{"acks":[0,1,2,3]}']);
  assert.deepEqual(splunk.indexed, texts);
});

test("with a request that fails, those before it are acknowledged and do not come again", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const texts = Array.from({ length: 3 }, (_, n) => JSON.stringify({ event: `${n}`.repeat(900) }));
  const parcel = await makeRecordParcel(texts);
  const subject = destination({ requestBytes: 1024 });
  const faultAt = 2;
  let count = 0;
  const push = splunk.faults.shift.bind(splunk.faults);
  splunk.faults.shift = () => (++count === faultAt ? "busy" : push());
  const attempt = attemptAt(parcel);
  await assert.rejects(subject.deliver(parcel, attempt), { logCode: "Splunk.ServerError" });
  assert.equal(attempt.progress.unsettled, 2);
  await subject.deliver(parcel, { ...attempt, number: 2 });
  assert.deepEqual(splunk.indexed, texts);
});

test("health is asked before data comes again, and nothing is sent to a Splunk that is not well", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const parcel = await makeRecordParcel(eventsOf(1));
  const subject = destination();
  splunk.isHealthy = false;
  const attempt = attemptAt(parcel, { number: 2 });
  await assert.rejects(subject.deliver(parcel, attempt), {
    logCode: "Splunk.ServerError",
    isDoubtful: false,
    message: /Queues are full/,
  });
  assert.deepEqual(
    splunk.requests.map(({ path }) => path),
    ["health"],
  );
  await subject.deliver(parcel, { ...attempt, number: 1 });
  assert.deepEqual(splunk.indexed, eventsOf(1));
});

test("records that are no events are found and refused, and whatever else Splunk refuses is found by halves", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const parcel = await makeRecordParcel([eventOf(1), '{"message":"x"}', "", eventOf(2), '{"event":""}', "[1]"]);
  const progress = await sent(parcel, destination());
  assert.deepEqual([...progress.refusals.keys()].toSorted(), [1, 2, 4, 5]);
  for (const { code, message } of progress.refusals.values()) {
    assert.equal(code, "Splunk.InvalidDataFormat");
    assert.match(message, /Invalid data format|empty/);
  }
  assert.deepEqual(splunk.indexed, eventsOf(1, 2));
  splunk.indexed.length = 0;
  splunk.bodyBytesMax = 5_000;
  const large = JSON.stringify({ event: "z".repeat(6_000) });
  const texts = [...eventsOf(3, 4), large, ...eventsOf(5, 6)];
  const halved = await sent(await makeRecordParcel(texts), destination());
  assert.deepEqual([...halved.refusals.keys()], [2]);
  assert.deepEqual(splunk.indexed, eventsOf(3, 4, 5, 6));
});

test("a record may be several events", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const parcel = await makeRecordParcel([eventsOf(1, 2).join(" "), "wrong"]);
  const progress = await sent(parcel, destination());
  assert.deepEqual([...progress.refusals.keys()], [1]);
  assert.deepEqual(splunk.indexed, eventsOf(1, 2));
});

test("a load balancer's cookie keeps us with the node that knows the ack id; without it that is said at once", async (t) => {
  const { splunk, destination } = await startWorld(t);
  splunk.nodes = 2;
  const parcel = await makeRecordParcel(eventsOf(1));
  await sent(parcel, destination());
  assert.deepEqual(splunk.indexed, eventsOf(1));
  splunk.isSticky = false;
  await assert.rejects(sent(parcel, destination({}, { random: seededRandom(3) })), {
    logCode: "Splunk.ProxyWithoutStickySessions",
    isDoubtful: true,
    message: /sticky sessions/,
  });
});

test("what Splunk answers has the codes of AWS's delivery log, and nothing of the token", async (t) => {
  const { splunk, destination } = await startWorld(t);
  const said = (status: number, code: number) => ({ status, body: { text: "as it is", code } });
  const parcel = await makeRecordParcel(eventsOf(1));
  await assert.rejects(sent(parcel, destination({ token: "hush" })), (error: Error) => {
    assert.ok("logCode" in error && error.logCode === "Splunk.InvalidToken");
    assert.match(error.message, /answered 403: .*Invalid token/);
    return !error.message.includes("hush");
  });
  for (const [refusal, logCode] of [
    [said(403, 1), "Splunk.DisabledToken"],
    [said(401, 3), "Splunk.InvalidToken"],
    [said(400, 7), "Splunk.InvalidIndex"],
    [said(400, 10), "Splunk.ProxyWithoutStickySessions"],
    [said(400, 14), "Splunk.DisabledAck"],
    [said(500, 8), "Splunk.ServerError"],
    [said(404, 404), "Splunk.InvalidEndpoint"],
    [said(200, 99), "Splunk.InvalidEndpoint"],
  ] as const) {
    splunk.refusal = refusal;
    const attempt = attemptAt(parcel);
    await assert.rejects(destination().deliver(parcel, attempt), { logCode, retriable: true });
    assert.equal(attempt.progress.unsettled, 1);
  }
});

test("without acknowledgement of the token that is said, and the option does without", async (t) => {
  const { splunk, destination } = await startWorld(t);
  splunk.hasAcknowledgement = false;
  const parcel = await makeRecordParcel(eventsOf(1));
  await assert.rejects(sent(parcel, destination()), { logCode: "Splunk.DisabledAck", message: /switch indexer/ });
  const progress = await sent(parcel, destination({ acknowledgement: "none" }));
  assert.equal(progress.unsettled, 0);
  assert.ok(splunk.requests.every(({ path }) => path === "event"));
});

test("a server that is no Splunk, and one that is not there", async (t) => {
  const server = await startScriptedHttpServer();
  t.after(() => server.close());
  const parcel = await makeRecordParcel(eventsOf(1));
  const at = (endpoint: string) => {
    const destination = destinationFor({ endpoint, token: "hush" });
    t.after(() => destination.close());
    return sent(parcel, destination);
  };
  await assert.rejects(at(server.address), { logCode: "Splunk.InvalidEndpoint" });
  await assert.rejects(at(server.address.replace("http:", "https:")), { logCode: "Splunk.SSLHandshake" });
  await assert.rejects(at("http://127.0.0.1:9"), { logCode: "Splunk.ConnectionTimeout", isDoubtful: false });
});

test("token and address are read anew for each attempt, the token out of a JSON secret too", async (t) => {
  const { splunk, options } = await startWorld(t);
  let secret = '{"hec_token":"old"}';
  const wanted = { endpoint: "https://splunk.invalid:8088", token: { secret: "arn" }, tokenMember: "hec_token" };
  const destination = destinationFor(wanted, { secretOf: () => secret, endpointOf: () => `${options.endpoint}/` });
  t.after(() => destination.close());
  const parcel = await makeRecordParcel(eventsOf(1));
  await assert.rejects(sent(parcel, destination), { logCode: "Splunk.InvalidToken" });
  secret = JSON.stringify({ hec_token: splunk.token });
  await sent(parcel, destination);
  assert.deepEqual(splunk.indexed, eventsOf(1));
});

test("options that cannot work are refused", () => {
  const { optionsSchema } = splunkDestinationType;
  const fine = { endpoint: "https://host:8088", token: "t" };
  assert.ok(optionsSchema.safeParse(fine).success);
  for (const wrong of [
    {},
    { endpoint: "https://host:8088" },
    { ...fine, endpoint: "https://user:pass@host" },
    { ...fine, endpoint: "https://host?x=1" },
    { ...fine, endpointType: "Raw" },
    { ...fine, acknowledgementMs: 600_001 },
    { ...fine, tokn: "typo" },
  ]) {
    assert.ok(!optionsSchema.safeParse(wrong).success, JSON.stringify(wrong));
  }
});
