import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import { packRecords } from "../../model/records.ts";
import { rejectProcessor } from "./reject.ts";

const options = { errorType: "format-conversion-failed", code: "Some.Code", message: "No such table" };

processorConformance({
  definition: rejectProcessor,
  options,
  records: ["a", "", "b\n"].map((text) => Buffer.from(text)),
});

test("reject refuses every record with its code, and leaves alone what was refused or dropped before", async () => {
  const records = ["a", "b"].map((text) => Buffer.from(text));
  const source = { ...packRecords(records), partition: 0, firstOffset: 0, arrivalMs: 0 };
  const processor = rejectProcessor.create(options, processorDependencies());
  const dropped = { index: 1, result: "dropped" } as const;
  const kept = { index: 0, result: "kept", bytes: Buffer.from("a") } as const;
  const { outcomes } = await processor.process({ source, outcomes: [kept, dropped] }, new AbortController().signal);
  assert.deepEqual(outcomes, [{ index: 0, result: "rejected", attempts: 1, ...options }, dropped]);
});
