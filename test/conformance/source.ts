import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { SourceKind } from "../../src/sources/source-kind.ts";
import { systemClock } from "../../src/std/clock.ts";
import { UpstreamWorld } from "../fakes/upstream-world.ts";

/** One upstream for one test: a queue, a topic, a folder of its own. */
export interface UpstreamUnderTest {
  readonly kind: SourceKind;
  readonly options: object;
  /** Of something that is not there: a missing queue, a wrong address. */
  readonly missing: object;
  /** `false` where the upstream has neither positions nor ids, so that what it hands over again is stored again. */
  readonly exactlyOnce: boolean;
  /** `false` where the upstream itself has no order. */
  readonly ordered?: boolean;
  /** `false` where the upstream takes text alone: no control characters. */
  readonly anyBytes?: boolean;
  /** Where a record is more than what was handed over: that again. */
  readonly textOf?: (record: Buffer) => string;
  /** Hands these to the upstream, in this order. */
  put(texts: readonly string[]): Promise<void>;
  /** What the upstream would hand over to a new reader, where it can say that. */
  unacknowledged?(): Promise<number>;
  /** Cuts the source off and resolves to what connects it again. */
  interrupt?(): Promise<() => Promise<void>>;
  /** Relative names in the options are relative to it. */
  readonly folder?: string;
  cleanUp(): Promise<void>;
}

/** What every source promises, whatever it reads. `makeUpstream` gives a new, empty one each time. */
export function describeSourceConformance(
  name: string,
  makeUpstream: () => Promise<UpstreamUnderTest>,
  { skip = false }: { readonly skip?: string | false } = {},
): void {
  describe(`${name}: source conformance`, { skip }, () => {
    const open = async (t: TestContext, choose: (upstream: UpstreamUnderTest) => object = ({ options }) => options) => {
      const upstream = await makeUpstream();
      const { kind, folder } = upstream;
      const world = new UpstreamWorld(kind, choose(upstream), folder === undefined ? {} : { folder });
      const textsOf = (records: readonly Buffer[]) =>
        records.map((record) => upstream.textOf?.(record) ?? String(record));
      t.after(async () => {
        await world.stop();
        await upstream.cleanUp();
      });
      return { upstream, world, textsOf };
    };

    it("reads what was there and what comes, byte for byte, each once, in order", async (t) => {
      const { upstream, world, textsOf } = await open(t);
      const before = texts("before", 30);
      const odd = `é😀 ${upstream.anyBytes === false ? "" : "\u0007 "}\\u0000 " ' , ;`;
      const after = [...texts("after", 30), odd, '{"json":{"nested":[1,2]}}'];
      await upstream.put(before);
      await world.start();
      await world.untilRecords(before.length);
      await upstream.put(after);
      const records = await world.untilRecords(before.length + after.length);
      if (upstream.ordered === false) assertOnce(textsOf(records), [...before, ...after]);
      else assert.deepEqual(textsOf(records), [...before, ...after]);
      assert.equal(world.status.state, "reading");
      assert.equal(world.status.records, before.length + after.length);
    });

    it("goes on where it left off after a stop", async (t) => {
      const { upstream, world, textsOf } = await open(t);
      await upstream.put(texts("first", 20));
      await world.start();
      await world.untilRecords(20);
      await world.stop();
      await upstream.put(texts("second", 20));
      await world.start();
      await world.untilRecords(40);
      await systemClock.sleep(300);
      assertOnce(textsOf(await world.records()), [...texts("first", 20), ...texts("second", 20)]);
    });

    it("acknowledges nothing that is not durable: a kill before the append costs nothing", async (t) => {
      const { upstream, world, textsOf } = await open(t);
      await upstream.put(texts("kept", 10));
      world.fate = "killed-before";
      await world.start();
      await world.until(() => world.appends > 0, "an append");
      if (upstream.unacknowledged !== undefined) assert.equal(await upstream.unacknowledged(), 10);
      await world.kill();
      world.fate = "answered";
      await world.start();
      await world.untilRecords(10);
      assertOnce(textsOf(await world.records()), texts("kept", 10));
    });

    it("stores nothing twice when it is killed between the append and the acknowledgement", async (t) => {
      const { upstream, world, textsOf } = await open(t);
      await upstream.put(texts("once", 10));
      world.fate = "killed-after";
      await world.start();
      await world.untilRecords(1);
      await world.kill();
      world.fate = "answered";
      await world.start();
      await upstream.put(texts("then", 5));
      await world.until(() => world.status.records >= 5, "what came then");
      await world.untilRecords(15);
      await systemClock.sleep(300);
      const records = await world.records();
      const wanted = [...texts("once", 10), ...texts("then", 5)];
      if (upstream.exactlyOnce) assertOnce(textsOf(records), wanted);
      else assert.deepEqual(new Set(textsOf(records)), new Set(wanted));
    });

    it("reads no further while the stream has no room, and loses nothing by it", async (t) => {
      const { upstream, world, textsOf } = await open(t);
      await upstream.put(texts("waits", 20));
      world.fate = "no-room";
      await world.start();
      await world.until(() => world.status.state === "held", "held");
      if (upstream.unacknowledged !== undefined) assert.equal(await upstream.unacknowledged(), 20);
      world.fate = "answered";
      await world.untilRecords(20);
      assertOnce(textsOf(await world.records()), texts("waits", 20));
      await world.until(() => world.status.state === "reading", "reading");
    });

    it("ends soon when it is stopped, idle or held", async (t) => {
      const { upstream, world } = await open(t);
      await upstream.put(texts("one", 1));
      await world.start();
      await world.untilRecords(1);
      const idle = performance.now();
      await world.stop();
      assert.ok(performance.now() - idle < 5_000, "idle");
      await upstream.put(texts("two", 1));
      world.fate = "no-room";
      await world.start();
      await world.until(() => world.status.state === "held", "held");
      const held = performance.now();
      await world.stop();
      assert.ok(performance.now() - held < 5_000, "held");
      world.fate = "answered";
    });

    it("says what it waits for, with few attempts, when what it shall read is not there", async (t) => {
      const { world } = await open(t, ({ missing }) => missing);
      await world.start();
      await world.until(() => world.status.state === "waiting", "waiting");
      const { failure } = world.status;
      assert.ok((failure?.message.length ?? 0) > 10, JSON.stringify(failure));
      await systemClock.sleep(1_000);
      assert.ok((world.status.failure?.failures ?? 0) < 6, "attempts become rare");
    });

    it("goes on by itself when an upstream that was cut off is there again", async (t) => {
      const { upstream, world, textsOf } = await open(t);
      if (upstream.interrupt === undefined) return t.skip("this upstream cannot be cut off");
      await upstream.put(texts("before", 10));
      await world.start();
      await world.untilRecords(10);
      const restore = await upstream.interrupt();
      await world.until(() => world.status.state === "waiting", "waiting");
      await restore();
      await upstream.put(texts("behind", 10));
      await world.untilRecords(20, 40_000);
      const wanted = [...texts("before", 10), ...texts("behind", 10)];
      if (upstream.exactlyOnce) assertOnce(textsOf(await world.records()), wanted);
    });
  });
}

function texts(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `{"name":"${name}","index":${index}}`);
}

function assertOnce(got: readonly string[], wanted: readonly string[]): void {
  assert.deepEqual(got.toSorted(), wanted.toSorted());
}
