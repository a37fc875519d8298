import assert from "node:assert/strict";
import { test } from "node:test";
import { definition, StreamParts } from "../../test/fakes/stream-parts.ts";
import { packRecords } from "../model/records.ts";
import { DiskError } from "../std/disk.ts";
import type { StreamDependencies } from "./dependencies.ts";
import { StreamError } from "./stream-error.ts";
import type { CreateStream } from "./streams.ts";
import { StreamsService } from "./streams-service.ts";

const PRIMARY = "destinationId-000000000001";

function request(name = "orders", overrides: Partial<CreateStream> = {}): CreateStream {
  return {
    name,
    arn: `arn:aws:firehose:us-east-1:000000000000:deliverystream/${name}`,
    type: "DirectPut",
    declared: {},
    extensions: {},
    tags: new Map(),
    encryption: { status: "DISABLED", toggledAt: [] },
    ...overrides,
  };
}

async function opened(overrides: Partial<StreamDependencies> = {}) {
  const parts = new StreamParts();
  const streams = await StreamsService.open(parts.dependencies(overrides));
  const reopen = (more: Partial<StreamDependencies> = {}) =>
    StreamsService.open(parts.dependencies({ ...overrides, ...more }));
  return { parts, streams, reopen };
}

async function put(streams: StreamsService, count: number, name = "orders") {
  const records = packRecords(Array.from({ length: count }, () => Buffer.from("r")));
  return streams.intake(name).accept({ records, call: "PutRecord" });
}

const rejectsWith = (code: string, details?: object) => (error: unknown) => {
  assert.ok(error instanceof StreamError, String(error));
  assert.equal(error.code, code);
  if (details !== undefined) assert.deepEqual(error.details, details);
  return true;
};

test("create() makes an ACTIVE stream under a random uid, and refuses its name a second time", async () => {
  const { parts, streams } = await opened();
  const document = await streams.create(request());
  assert.equal(document.status, "ACTIVE");
  assert.equal(document.versionId, "1");
  assert.match(document.uid, /^[0-9a-f]{32}$/);
  assert.deepEqual([...parts.logs.keys()], [`/data/log/${document.uid}`]);
  await assert.rejects(streams.create(request()), rejectsWith("already-exists"));
  assert.deepEqual(streams.list(), [document]);
});

test("create() stores nothing when a setting or the translation is refused", async () => {
  const { streams } = await opened({
    translate: () => {
      throw new StreamError("invalid", "cannot be delivered");
    },
  });
  await assert.rejects(streams.create(request()), rejectsWith("invalid"));
  const tags = new Map([["lakehose:roll-age", "soon"]]);
  await assert.rejects(streams.create(request("other", { tags })), rejectsWith("invalid"));
  assert.deepEqual(streams.list(), []);
});

test("create() refuses streams beyond the limit", async () => {
  const { streams } = await opened({ streamsMax: 1 });
  await streams.create(request("a"));
  await assert.rejects(streams.create(request("b")), rejectsWith("limit-exceeded", { limit: "1", names: "a" }));
});

test("create() leaves a CREATING_FAILED stream with the reason, which only delete() can end", async () => {
  const { parts, streams } = await opened();
  parts.startFailure = new Error("the journal cannot be written");
  const document = await streams.create(request());
  assert.equal(document.status, "CREATING_FAILED");
  assert.equal(document.failure?.details, `${PRIMARY}: the journal cannot be written`);
  assert.throws(() => streams.intake("orders"), rejectsWith("not-active"));
  await assert.rejects(
    streams.update("orders", "1", () => ({ extensions: { budget: "1GB" } })),
    rejectsWith("wrong-state", { status: "CREATING_FAILED" }),
  );
  await streams.delete("orders", { force: false });
  assert.equal(streams.get("orders"), undefined);
});

test("open() finishes a creation that a crash cut short", async () => {
  const { parts, streams, reopen } = await opened();
  const creating = streams.create(request());
  while (streams.get("orders") === undefined) await Promise.resolve();
  parts.disk.powerLoss();
  await creating.catch(() => undefined);
  const again = await reopen();
  assert.equal(again.get("orders")?.status, "ACTIVE");
  await put(again, 3);
});

test("create() is not stuck when the disk takes the stream and not that it is ready", async () => {
  const { parts, streams } = await opened();
  let written = 0;
  parts.disk.faults.before = ({ name, path }) => {
    if (name !== "write" || !path.includes("/meta/streams/")) return;
    if (++written > 1 && written < 5) throw new DiskError(name, path, "ENOSPC");
  };
  assert.equal((await streams.create(request())).status, "CREATING");
  for (let step = 0; step < 20; step++) {
    await parts.clock.advance(5_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.deepEqual([written, streams.get("orders")?.status], [5, "ACTIVE"]);
  await put(streams, 3);
});

test("open() refuses a damaged registry file by its path", async () => {
  const { parts, streams, reopen } = await opened();
  const { uid } = await streams.create(request());
  const path = `/data/meta/streams/${uid}.json`;
  const disk = parts.disk.process();
  const file = await disk.open(path, "write");
  await file.truncate(20);
  await file.close();
  await assert.rejects(reopen(), (error: Error) => error.message.includes(path));
});

test("open() keeps a stream whose log is damaged unavailable, and the others running", async () => {
  const { parts, streams, reopen } = await opened();
  await streams.create(request());
  await streams.close();
  parts.logFailure = new Error("frame 7 is damaged");
  const again = await reopen();
  assert.throws(() => again.intake("orders"), /Stream orders is not available: frame 7 is damaged/);
  parts.logFailure = undefined;
  await again.create(request("second"));
  await put(again, 1, "second");
});

test("update() bumps the version once per effective change and hands deliveries the plan", async () => {
  const { parts, streams } = await opened();
  await streams.create(request());
  const changed = await streams.update("orders", "1", () => ({ declared: { a: 1 } }));
  assert.equal(changed.versionId, "2");
  assert.equal(changed.updatedAt, parts.clock.now());
  const same = await streams.update("orders", "2", () => ({ declared: { a: 1 } }));
  assert.equal(same.versionId, "2");
  assert.equal((await streams.update("orders", "2", () => undefined)).versionId, "2");
  await assert.rejects(
    streams.update("orders", "1", () => undefined),
    rejectsWith("version-mismatch", { current: "2", specified: "1" }),
  );
  assert.deepEqual(
    parts.delivery().plans.map((plan) => plan.version),
    ["1", "2"],
  );
});

test("update() starts a delivery that joins at the log position of the change, also after a restart", async () => {
  const definitions = [definition(PRIMARY)];
  const { parts, streams, reopen } = await opened({ translate: () => [...definitions] });
  await streams.create(request());
  await put(streams, 5);
  definitions.push(definition(`${PRIMARY}-backup`));
  await streams.update("orders", "1", () => ({ declared: { backup: true } }));
  assert.equal(parts.delivery(`${PRIMARY}-backup`).startAt, 5);
  assert.equal(parts.delivery().startAt, 0);
  assert.deepEqual([...parts.logs.values()][0]?.leases, []);
  await streams.close();
  await reopen();
  assert.equal(parts.delivery(`${PRIMARY}-backup`).startAt, 5);
});

test("update() ends a delivery that was taken out only when it has handed on what it had, also after a restart", async () => {
  const both = [definition(PRIMARY), definition(`${PRIMARY}-backup`)];
  let definitions = both;
  const { parts, streams, reopen } = await opened({ translate: () => definitions });
  await streams.create(request());
  parts.delivery(`${PRIMARY}-backup`).stuck = true;
  definitions = [definition(PRIMARY)];
  const document = await streams.update("orders", "1", () => ({ declared: { backup: false } }));
  assert.deepEqual(
    document.deliveries.map(({ id }) => id),
    [PRIMARY],
  );
  assert.equal(streams.health("orders").deliveries.length, 2);
  const wanted = { isWanted: () => true, waitMs: 0, signal: new AbortController().signal };
  assert.equal((await streams.snapshots("orders", wanted)).length, 2, "what it still hands on is on its way, too");
  definitions = both;
  const back = streams.update("orders", "2", () => ({ declared: { backup: true } }));
  await assert.rejects(back, { code: "unavailable", message: /still hands on what it had/ });
  definitions = [definition(PRIMARY)];
  await streams.close();
  const again = await reopen();
  while (again.health("orders").deliveries.length > 1) await new Promise((resolve) => setImmediate(resolve));
  await again.settled();
  assert.equal(parts.delivery(`${PRIMARY}-backup`).state, "stopped");
  await again.close();
  const third = await reopen();
  assert.equal(third.health("orders").deliveries.length, 1);
});

test("the log is released below the smallest hold, and not at all while a delivery refuses to start", async () => {
  const { parts, streams, reopen } = await opened();
  await streams.create(request());
  const log = [...parts.logs.values()][0];
  await put(streams, 10);
  parts.delivery().delivered = 4;
  await parts.clock.advance(1000);
  assert.equal(log?.released, 4);
  await streams.close();
  parts.startFailure = new Error("the journal is damaged");
  await reopen();
  parts.delivery().delivered = 9;
  await parts.clock.advance(1000);
  assert.equal(log?.released, 0);
});

test("delete() shuts intake, drains, and removes files and name", async () => {
  const { parts, streams, reopen } = await opened();
  await streams.create(request());
  await put(streams, 3);
  await streams.delete("orders", { force: false });
  assert.throws(() => streams.intake("orders"), StreamError);
  await streams.settled();
  assert.equal(parts.delivery().delivered, 3);
  assert.equal(streams.get("orders"), undefined);
  assert.deepEqual(await parts.disk.list("/data/meta/streams"), []);
  const fields = { stream: "orders", forced: false, deliveredAll: true };
  assert.deepEqual(parts.events.at(-1), { name: "stream.deleted", fields });
  assert.deepEqual((await reopen()).list(), []);
});

test("delete() covers appends that were under way when it was called", async () => {
  const { parts, streams } = await opened();
  await streams.create(request());
  const [log] = parts.logs.values();
  let letGo = () => undefined as undefined;
  if (log !== undefined) log.gate = new Promise((resolve) => (letGo = () => resolve() as undefined));
  const answer = put(streams, 3);
  const deleting = streams.delete("orders", { force: false });
  await new Promise((resolve) => setImmediate(resolve));
  letGo();
  await answer;
  await deleting;
  await streams.settled();
  assert.equal(parts.delivery().delivered, 3);
});

test("delete() is DELETING_FAILED with the reason when the drain time is over; force drops the rest", async () => {
  const { parts, streams } = await opened();
  await streams.create(request("orders", { tags: new Map([["lakehose:drain-timeout", "10s"]]) }));
  await put(streams, 3);
  parts.delivery().stuck = true;
  await streams.delete("orders", { force: false });
  await streams.delete("orders", { force: false });
  assert.equal(streams.get("orders")?.status, "DELETING");
  await assert.rejects(streams.create(request()), rejectsWith("already-exists"));
  await assert.rejects(
    streams.setTags("orders", (tags) => tags),
    rejectsWith("wrong-state", { status: "DELETING" }),
  );
  await parts.clock.advance(10_000);
  await streams.settled();
  const failed = streams.get("orders");
  assert.equal(failed?.status, "DELETING_FAILED");
  assert.equal(failed?.failure?.details, `${PRIMARY}: not delivered within 10000 ms`);
  await streams.delete("orders", { force: true });
  assert.equal(streams.get("orders"), undefined);
});

test("delete() with force ends a drain that is under way", async () => {
  const { parts, streams } = await opened();
  await streams.create(request());
  parts.delivery().stuck = true;
  await streams.delete("orders", { force: false });
  await streams.delete("orders", { force: true });
  await streams.settled();
  assert.equal(streams.get("orders"), undefined);
  await streams.create(request());
});

test("open() drains a stream that a stop found DELETING", async () => {
  const { parts, streams, reopen } = await opened();
  await streams.create(request());
  await put(streams, 3);
  parts.delivery().stuck = true;
  await streams.delete("orders", { force: false });
  await streams.close();
  const again = await reopen();
  await again.settled();
  assert.equal(again.get("orders"), undefined);
  assert.equal(parts.delivery().delivered, 3);
});

test("delete() is finished after power loss at every disk operation", async () => {
  for (let index = 1; ; index++) {
    const { parts, streams, reopen } = await opened();
    await streams.create(request());
    const log = [...parts.logs.values()][0];
    await put(streams, 3);
    parts.disk.crashAt(parts.disk.faults.count + index, "power");
    await streams.delete("orders", { force: false }).catch(() => undefined);
    await streams.settled();
    if (parts.disk.crashPending) return assert.ok(index > 8, `only ${index} disk operations were seen`);
    const again = await reopen();
    await again.settled();
    if (again.get("orders") === undefined) assert.equal(parts.delivery().delivered, log?.end, `crash at ${index}`);
    else assert.equal(again.get("orders")?.status, "ACTIVE", `crash at ${index}`);
  }
});

test("setTags() is a plan when a lakehose: tag changes, and only a tag otherwise", async () => {
  const { parts, streams } = await opened();
  await streams.create(request());
  const plain = await streams.setTags("orders", (tags) => new Map([...tags, ["team", "x"]]));
  assert.equal(plain.versionId, "1");
  assert.equal(plain.updatedAt, undefined);
  const setting = await streams.setTags("orders", (tags) => new Map([...tags, ["lakehose:budget", "1GB"]]));
  assert.equal(setting.versionId, "2");
  assert.deepEqual(setting.tags, { team: "x", "lakehose:budget": "1GB" });
  assert.equal(streams.health("orders").budgetBytes, 1e9);
  assert.equal(parts.delivery().plans.at(-1)?.version, "2");
  await assert.rejects(
    streams.setTags("orders", () => new Map([["lakehose:budget", "lots"]])),
    rejectsWith("invalid"),
  );
  assert.deepEqual(streams.get("orders")?.tags, setting.tags);
});

test("setTags() loses none of two changes at once", async () => {
  const { streams } = await opened();
  await streams.create(request());
  const add = (key: string) => streams.setTags("orders", (tags) => new Map([...tags, [key, "1"]]));
  await Promise.all([add("a"), add("b")]);
  assert.deepEqual(streams.get("orders")?.tags, { a: "1", b: "1" });
});

test("setEncryption() switches what the log is told, live", async () => {
  const { parts, streams } = await opened();
  await streams.create(request());
  const [log] = parts.logs.values();
  assert.equal(log?.encrypted(), false);
  await streams.setEncryption("orders", () => ({ status: "ENABLED", keyType: "AWS_OWNED_CMK", toggledAt: [1] }));
  assert.equal(log?.encrypted(), true);
  assert.equal((await put(streams, 1)).encrypted, true);
});

test("health() balances accepted records across a restart", async () => {
  const { streams, reopen } = await opened();
  await streams.create(request());
  await put(streams, 3);
  assert.equal(streams.health("orders").accepted, 3);
  await streams.close();
  const again = await reopen();
  await put(again, 2);
  assert.equal(again.health("orders").accepted, 5);
});

test("streams with prefixes that are hardly ever meant warn", async () => {
  const translate = () => [definition(PRIMARY, "!{timestamp:YYYY/MM}/!{timestamp:ss}/")];
  const { parts, streams } = await opened({ translate });
  await streams.create(request());
  assert.deepEqual(parts.warnings(), ["week-based-year", "prefix-too-fine"]);
});

test("close() stops all deliveries and lets nothing more in", async () => {
  const { parts, streams } = await opened();
  await streams.create(request());
  await streams.close();
  assert.equal(parts.delivery().state, "stopped");
  await assert.rejects(streams.create(request("late")), rejectsWith("unavailable"));
});

test("update() remembers where the error output of a delivery lay, once for each place", async () => {
  const outputs = [
    { errorPrefix: "a/" },
    { errorPrefix: "b/" },
    { errorPrefix: "b/", prefix: "p/" },
    { errorPrefix: "a/" },
  ];
  const buckets = ["lake", "lake", "lake", "lake", "other"];
  const { parts, streams, reopen } = await opened({
    translate: ({ declared }) => {
      const step = Number(declared.step);
      const naming = { timeZone: "UTC", ...outputs[step] };
      return [
        { ...definition(PRIMARY), naming, target: { type: "object-store", options: { bucket: buckets[step] ?? "" } } },
      ];
    },
  });
  await streams.create(request("orders", { declared: { step: 0 } }));
  for (let step = 1; step < buckets.length; step++) {
    await streams.update("orders", undefined, () => ({ declared: { step } }));
  }
  await reopen();
  const { formerOutputs } = parts.redriverRequests.at(-1) ?? {};
  const found = formerOutputs?.().map(({ bucket, errorPrefix }) => `${bucket}/${errorPrefix}`);
  assert.deepEqual(found?.sort(), ["lake/a/", "lake/b/"]);
});
