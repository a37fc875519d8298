import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { textsOf } from "../../../test/fakes/run-processor.ts";
import { addArrivalTimeProcessor } from "./add-arrival-time.ts";

processorConformance({
  definition: addArrivalTimeProcessor,
  options: { field: "at" },
  records: ['{"a":1}', '{"at":1}\n', "{}", "[1]", "", "no json"].map((text) => Buffer.from(text)),
  tellsArrival: true,
});

const ARRIVAL_MS = Date.UTC(2026, 10, 21, 8, 30, 0, 999);

test("add-arrival-time adds a member at the end, or replaces the one that is there", async () => {
  const add = async (options: Record<string, string>, record: string, arrivalMs = ARRIVAL_MS) =>
    (await textsOf(addArrivalTimeProcessor, { field: "at", ...options }, [record], arrivalMs))[0];
  assert.equal(await add({}, '{"n":1.10 }\n'), '{"n":1.10,"at":"2026-11-21T08:30:00.999Z" }\n');
  assert.equal(await add({ format: "epoch-ms" }, "{}"), `{"at":${ARRIVAL_MS}}`);
  assert.equal(await add({ format: "epoch-s" }, '{"at":{"x":1},"n":1}'), '{"at":1795249800,"n":1}');
  assert.equal(await add({ format: "epoch-s" }, '{"at":1,"at":2}'), '{"at":1795249800,"at":1795249800}');
  assert.equal(await add({}, "{}", 1e300), '{"at":"+275760-09-13T00:00:00.000Z"}');
});
