import assert from "node:assert/strict";
import { test } from "node:test";
import { definition, StreamParts } from "../../test/fakes/stream-parts.ts";
import { StreamsService } from "./streams-service.ts";

const PRIMARY = "destinationId-000000000001";

test("a delivery that is taken out tries a dead target for a while and not for ever; objects have no such end", async () => {
  const search = { ...definition("destination-search"), errorType: "AmazonOpenSearchService-failed" };
  const hasty = { ...definition("destination-hasty"), errorType: "http-endpoint-failed", retry: { forMs: 1 } };
  const archive = definition("destination-archive");
  let definitions = [definition(PRIMARY), search, hasty, archive];
  const parts = new StreamParts();
  const streams = await StreamsService.open(parts.dependencies({ translate: () => definitions }));
  await streams.create({
    name: "orders",
    arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
    type: "DirectPut",
    declared: {},
    extensions: {},
    tags: new Map(),
    encryption: { status: "DISABLED", toggledAt: [] },
  });
  for (const { id } of [search, hasty, archive]) parts.delivery(id).stuck = true;
  definitions = [definition(PRIMARY)];
  await streams.update("orders", "1", () => ({ declared: { alone: true } }));
  const last = (id: string) => parts.delivery(id).plans.at(-1);
  assert.deepEqual(last(search.id), { version: "2", definition: { ...search, retry: { forMs: 300_000 } } });
  assert.deepEqual(last(hasty.id)?.definition, hasty);
  assert.deepEqual(last(archive.id)?.definition, archive);
  await streams.close();
  const again = await StreamsService.open(parts.dependencies({ translate: () => definitions }));
  assert.deepEqual(last(search.id)?.definition.retry, { forMs: 300_000 });
  await again.close();
});
