import assert from "node:assert/strict";
import { test } from "node:test";
import { StreamParts } from "../../test/fakes/stream-parts.ts";
import { StreamsService } from "./streams-service.ts";

test("isOpen() asks each delivery, and nobody knows where a stream could not be opened or all of it closes", async () => {
  const parts = new StreamParts();
  const streams = await StreamsService.open(parts.dependencies({}));
  await streams.create({
    name: "orders",
    arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
    type: "DirectPut",
    declared: {},
    extensions: {},
    tags: new Map(),
    encryption: { status: "DISABLED", toggledAt: [] },
  });
  const own = "2026/orders-1-2026-01-01-00-00-00-uuid";
  const other = "2026/others-1-2026-01-01-00-00-00-uuid";
  assert.equal(streams.isOpen(own), false);
  parts.delivery().openNames.add(own);
  assert.equal(streams.isOpen(own), true);
  assert.equal(streams.isOpen(other), false);
  await streams.close();
  assert.equal(streams.isOpen("anything"), undefined);

  const openLog = async () => {
    throw new Error("the log is damaged");
  };
  const reopened = await StreamsService.open(parts.dependencies({ openLog }));
  assert.equal(reopened.isOpen(own), undefined);
  assert.equal(reopened.isOpen(other), false);
});
