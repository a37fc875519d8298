import assert from "node:assert/strict";
import { test } from "node:test";
import { StreamParts } from "../../test/fakes/stream-parts.ts";
import { packRecords } from "../model/records.ts";
import type { CreateDeliveryRequest, StreamDependencies } from "./dependencies.ts";
import { StreamError } from "./stream-error.ts";
import { StreamsService } from "./streams-service.ts";

const never = new AbortController().signal;

/** The service, and what each delivery that it made was told about pausing. */
async function opened() {
  const parts = new StreamParts();
  const asked: CreateDeliveryRequest[] = [];
  const dependencies = (): StreamDependencies => {
    const made = parts.dependencies();
    const createDelivery = (request: CreateDeliveryRequest) => {
      asked.push(request);
      return made.createDelivery(request);
    };
    return { ...made, createDelivery };
  };
  const streams = await StreamsService.open(dependencies());
  await streams.create({
    name: "orders",
    arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
    type: "DirectPut",
    declared: {},
    extensions: {},
    tags: new Map(),
    encryption: { status: "DISABLED", toggledAt: [] },
  });
  return { streams, reopen: () => StreamsService.open(dependencies()), isPaused: () => asked.at(-1)?.isPaused?.() };
}

test("setPaused() holds deliveries back, outlives a restart and a change, and leaves the version as it is", async () => {
  const { streams, reopen, isPaused } = await opened();
  assert.equal(isPaused(), false);
  await streams.setPaused("orders", true);
  assert.deepEqual([isPaused(), streams.health("orders").paused], [true, true]);
  const changed = await streams.update("orders", "1", () => ({ declared: { changed: true } }));
  assert.equal(changed.versionId, "2");
  await streams.close();
  const again = await reopen();
  assert.deepEqual([isPaused(), again.health("orders").paused], [true, true]);
  await again.setPaused("orders", false);
  assert.deepEqual([isPaused(), again.health("orders").paused], [false, false]);
  await again.close();
});

test("a paused stream takes records, and refuses a flush that would never end", async () => {
  const { streams } = await opened();
  await streams.setPaused("orders", true);
  const records = packRecords([Buffer.from("r")]);
  assert.equal((await streams.intake("orders").accept({ records, call: "PutRecord" })).refused.length, 0);
  await assert.rejects(
    streams.flush("orders", never),
    (error) => error instanceof StreamError && error.code === "wrong-state",
  );
  await streams.setPaused("orders", false);
  await streams.flush("orders", never);
  await streams.close();
});

test("a paused stream that is deleted delivers what is left", async () => {
  const { streams, isPaused } = await opened();
  await streams.setPaused("orders", true);
  await streams.delete("orders", { force: false });
  assert.equal(isPaused(), false);
  await streams.settled();
  assert.equal(streams.get("orders"), undefined);
  await streams.close();
});
