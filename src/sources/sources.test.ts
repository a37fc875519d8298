import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import { describeSourceConformance } from "../../test/conformance/source.ts";
import { positionalKind, queueKind, ScriptedUpstream } from "../../test/fakes/scripted-upstreams.ts";
import { UpstreamWorld } from "../../test/fakes/upstream-world.ts";
import { packRecords } from "../model/records.ts";
import { systemClock } from "../std/clock.ts";
import type { EventCatalogue } from "../telemetry/events.ts";
import { anySourceKind } from "./source-kind.ts";

for (const [name, kindOf] of [
  ["by position", positionalKind],
  ["by message id", queueKind],
] as const) {
  describeSourceConformance(`scripted upstream ${name}`, async () => {
    const upstream = new ScriptedUpstream();
    return {
      kind: kindOf(upstream),
      options: { name: "here" },
      missing: { name: "elsewhere" },
      exactlyOnce: true,
      put: async (texts) => upstream.put(texts),
      ...(kindOf === queueKind && { unacknowledged: async () => upstream.unacknowledged.size }),
      interrupt: async () => {
        upstream.cutOff();
        return async () => {
          upstream.reachable = true;
        };
      },
      cleanUp: async () => undefined,
    };
  });
}

test("a source tells of what it reads, of what keeps it, and of what came twice", async (t) => {
  const upstream = new ScriptedUpstream();
  const emitted: string[] = [];
  const telemetry = { emit: (name: keyof EventCatalogue) => void emitted.push(name) };
  const world = new UpstreamWorld(queueKind(upstream), { name: "here" }, { telemetry });
  t.after(() => world.stop());
  upstream.put(["one", "two"]);
  world.fate = "killed-after";
  await world.start();
  await world.untilRecords(2);
  await world.kill();
  world.fate = "answered";
  await world.start();
  await world.until(() => upstream.unacknowledged.size === 0, "the acknowledgement");
  const { records, duplicates, upstream: read } = world.status;
  assert.deepEqual([records, duplicates, read], [0, 2, "the scripted upstream here"]);
  upstream.cutOff();
  await world.until(() => world.status.state === "waiting", "waiting");
  assert.match(world.status.failure?.message ?? "", /cannot be reached/);
  assert.deepEqual(emitted, [
    "source.connected",
    "source.stopped",
    "source.connected",
    "source.recordsAppended",
    "source.interrupted",
  ]);
});

test("the next attempt waits for what the one before has handed over, so that nothing is read twice", async (t) => {
  let attempts = 0;
  const kind = anySourceKind({
    name: "hasty",
    description: "Fails while its append is under way.",
    guarantee: "Exactly once.",
    options: z.strictObject({}),
    upstream: () => "a hasty upstream",
    create: () => async (_, run) => {
      attempts++;
      if (run.inlet.position("part") === undefined) {
        void run.inlet.append(packRecords([Buffer.from("once")]), { part: "part", position: Buffer.from("1") });
        throw new Error("The connection is lost");
      }
      run.connected();
      await new Promise((_, reject) => run.signal.addEventListener("abort", reject));
    },
  });
  const world = new UpstreamWorld(kind, {});
  t.after(() => world.stop());
  const written = Promise.withResolvers<void>();
  world.delay = written.promise;
  await world.start();
  await world.until(() => world.appends === 1, "an append");
  // Longer than the first wait after a failure.
  await systemClock.sleep(800);
  assert.equal(attempts, 1);
  written.resolve();
  await world.until(() => world.status.state === "reading", "reading");
  assert.deepEqual((await world.records()).map(String), ["once"]);
});

test("attempts become rare where an upstream answers and hangs up each time before anything is read", async (t) => {
  const kind = anySourceKind({
    name: "fickle",
    description: "Answers and hangs up.",
    guarantee: "Exactly once.",
    options: z.strictObject({}),
    upstream: () => "a fickle upstream",
    create: () => async (_, run) => {
      run.connected();
      throw new Error("Another reader has taken the session over");
    },
  });
  const world = new UpstreamWorld(kind, {});
  t.after(() => world.stop());
  await world.start();
  await world.until(() => world.status.failure?.failures === 2, "a second failure in a row");
});

test("a stream that was made anew under its name is read for from its beginning", async (t) => {
  const upstream = new ScriptedUpstream();
  const world = new UpstreamWorld(positionalKind(upstream), { name: "here" });
  t.after(() => world.stop());
  upstream.put(["one", "two"]);
  await world.start();
  await world.untilRecords(2);
  await world.replaceStream();
  upstream.put(["three"]);
  assert.deepEqual((await world.untilRecords(3)).map(String), ["one", "two", "three"]);
});
