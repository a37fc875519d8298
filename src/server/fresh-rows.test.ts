import assert from "node:assert/strict";
import { test } from "node:test";
import { definition } from "../../test/fakes/stream-parts.ts";
import type { DeliverySnapshot } from "../delivery/delivery.ts";
import type { ComponentSpec } from "../model/delivery-definition.ts";
import type { StreamDocument, Streams } from "../streams/streams.ts";
import { StreamFreshRows } from "./fresh-rows.ts";

const HERE = { bucket: "lake", prefix: "t/" };
const never = () => new AbortController().signal;

const into = (bucket: string): ComponentSpec => ({ type: "object-store", options: { bucket } });

interface PretendSnapshot {
  readonly names: readonly string[];
  readonly hides?: readonly string[];
  readonly release?: () => Promise<void>;
}

function snapshotOf({ names, hides = names, release = async () => undefined }: PretendSnapshot): DeliverySnapshot {
  return {
    upTo: 0,
    complete: true,
    objects: names.map((name) => ({ name, target: into("lake"), records: 1, bytes: 1 })),
    unregistered: [],
    hides: (name) => hides.includes(name),
    encode: async () => [],
    release,
  };
}

/** One stream per entry; its newest target is `target`, and something of it may still land in `lake`. */
function freshRows(...streams: readonly { target?: string; snapshots: readonly PretendSnapshot[] | Error }[]) {
  const documents = streams.map(({ target = "lake" }, index) => ({
    name: String(index),
    deliveries: [{ ...definition("d"), target: into(target) }],
  }));
  const source: Pick<Streams, "list" | "snapshots"> = {
    list: () => documents as unknown as readonly StreamDocument[],
    snapshots: async (name, { isWanted }) => {
      const snapshots = streams[Number(name)]?.snapshots ?? [];
      if (snapshots instanceof Error) throw snapshots;
      return isWanted(into("lake")) ? snapshots.map(snapshotOf) : [];
    },
  };
  return new StreamFreshRows(() => source);
}

test("what was on its way here before the stream got another target counts", async () => {
  const rows = freshRows({ target: "elsewhere", snapshots: [{ names: ["t/a"] }] });
  assert.deepEqual((await rows.snapshot(HERE, never())).keys, ["t/a"]);
});

test("a stream that cannot be asked is missing where it writes here, and nowhere else", async () => {
  const broken = { snapshots: new Error("its log is damaged") };
  assert.equal((await freshRows(broken).snapshot(HERE, never())).complete, false);
  assert.equal((await freshRows({ ...broken, target: "elsewhere" }).snapshot(HERE, never())).complete, true);
  assert.equal((await new StreamFreshRows(() => undefined).snapshot(HERE, never())).complete, false);
});

test("what listings leave out does not count before it has landed, either", async () => {
  const rows = freshRows({ snapshots: [{ names: ["t/_raw/a", "t/.b", "t/day=1/c", "u/d"] }] });
  assert.deepEqual((await rows.snapshot(HERE, never())).keys, ["t/day=1/c"]);
});

test("nothing is hidden that does not count", async () => {
  const rows = freshRows({ snapshots: [{ names: ["t/a", "u/b"] }] });
  const snapshot = await rows.snapshot(HERE, never());
  assert.deepEqual([snapshot.hides("t/a"), snapshot.hides("u/b")], [true, false]);
});

test("all snapshots are released, also when one fails at it", async () => {
  const released: string[] = [];
  const release = (name: string) => async () => {
    released.push(name);
    if (name === "a") throw new Error("the disk does not want to");
  };
  const rows = freshRows(
    { snapshots: [{ names: [], release: release("a") }] },
    { snapshots: [{ names: [], release: release("b") }] },
  );
  await (await rows.snapshot(HERE, never())).release();
  assert.deepEqual(released, ["a", "b"]);
});
