import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../../test/fakes/pretend-disk.ts";
import { seededRandom } from "../../std/random.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import { type ObjectEvent, ObjectEvents } from "./object-events.ts";

const event: ObjectEvent = {
  by: "client",
  eventName: "ObjectCreated:Put",
  bucket: "lake",
  key: "a.json",
  bytes: 1,
  etag: "e",
  at: 0,
};

test("a log of events that could not be opened once is opened by whoever asks next", async () => {
  const disk = new PretendDisk(seededRandom(1));
  const world = {
    clock: new PretendClock(),
    disk: disk.process(),
    random: seededRandom(2),
    telemetry: silentTelemetry,
    directory: "/data/object-events",
  };
  const events = new ObjectEvents(world);
  events.listen("one");
  disk.failNext("open", "EMFILE");
  await assert.rejects(events.append([event]), /EMFILE/);
  await events.append([event]);
  assert.equal(await events.end(), 1);
  await events.close();
  const unopened = new ObjectEvents(world);
  disk.failNext("open", "EMFILE");
  await assert.rejects(unopened.end(), /EMFILE/);
  await unopened.close();
});
