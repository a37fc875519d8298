import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeStreams } from "../../test/fakes/fake-streams.ts";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { seededRandom } from "../std/random.ts";
import { StreamError } from "../streams/stream-error.ts";
import { DemoDataSenders } from "./demo-data.ts";

function fixture() {
  const streams = new FakeStreams();
  streams.add("s");
  const clock = new PretendClock();
  return { streams, clock, senders: new DemoDataSenders({ streams, clock, random: seededRandom(3) }) };
}

const REQUEST = { generator: "ticker", perSecond: 50, seconds: 4, badShare: 0 };

test("DemoDataSenders sends at the rate that was asked for, and ends when its time is over", async () => {
  const { streams, clock, senders } = fixture();
  await senders.start("s", REQUEST);
  await clock.advance(1_000);
  assert.ok(Math.abs(streams.texts.length - 50) <= 5, `${streams.texts.length} records in the first second`);
  assert.equal(senders.of("s")?.state, "sending");
  await clock.advance(5_000);
  assert.equal(streams.texts.length, 200);
  assert.deepEqual([senders.of("s")?.state, senders.of("s")?.accepted, senders.of("s")?.refused], ["ended", 200, 0]);
  assert.ok(streams.texts.every((text) => text.endsWith("\n") && JSON.parse(text)));
});

test("DemoDataSenders sends less than one a second, too", async () => {
  const { streams, clock, senders } = fixture();
  await senders.start("s", { ...REQUEST, perSecond: 0.5, seconds: 10 });
  await clock.advance(60_000);
  assert.equal(streams.texts.length, 5);
});

test("DemoDataSenders counts what the stream refuses and goes on", async () => {
  const { streams, clock, senders } = fixture();
  let calls = 0;
  streams.admit = (records) => {
    if (calls++ === 0) throw new StreamError("slow-down", "Slow down.");
    return records.ends.length - 1;
  };
  await senders.start("s", { ...REQUEST, perSecond: 1, seconds: 3 });
  await clock.advance(10_000);
  assert.deepEqual([senders.of("s")?.accepted, senders.of("s")?.refused], [0, 3]);
});

test("DemoDataSenders ends with the stream, with the next sending, and when asked to", async () => {
  const { streams, clock, senders } = fixture();
  await senders.start("s", REQUEST);
  await senders.start("s", { ...REQUEST, generator: "iot" });
  assert.equal(senders.of("s")?.generator, "iot");
  streams.documents.clear();
  await clock.advance(1_000);
  assert.deepEqual([senders.of("s")?.state, senders.of("s")?.failure], ["ended", "There is no stream s"]);
  streams.add("s");
  await senders.start("s", REQUEST);
  await senders.close();
  const sent = streams.texts.length;
  await clock.advance(1_000);
  assert.deepEqual([streams.texts.length, senders.of("s")?.state], [sent, "ended"]);
});

test("DemoDataSenders refuses what nobody can make up, and streams that take nothing", async () => {
  const { streams, senders } = fixture();
  await assert.rejects(senders.start("s", { ...REQUEST, generator: "none" }), /Expected a generator/);
  await assert.rejects(senders.start("gone", REQUEST), /no stream gone/);
  assert.deepEqual([streams.texts, senders.of("s"), senders.of("gone")], [[], undefined, undefined]);
});
