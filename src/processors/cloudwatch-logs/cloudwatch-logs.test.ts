import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { batchOfRecords } from "../../../test/fakes/batch-of-records.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Outcome } from "../processor.ts";
import { cloudwatchLogsProcessor } from "./cloudwatch-logs.ts";

function envelope(...messages: string[]): JsonObject {
  return {
    messageType: "DATA_MESSAGE",
    owner: "111111111111",
    logGroup: "/shop/orders",
    logStream: "web-1",
    subscriptionFilters: ["everything"],
    logEvents: messages.map((message, at) => ({ id: String(at), timestamp: 1_600_000_000_000 + at, message })),
  };
}

const control = { ...envelope("CWL CONTROL MESSAGE: Checking health"), messageType: "CONTROL_MESSAGE" };
const bytes = (value: JsonObject) => Buffer.from(JSON.stringify(value));

for (const extractMessages of [true, false]) {
  processorConformance({
    definition: cloudwatchLogsProcessor,
    options: { extractMessages },
    records: [bytes(envelope("a")), bytes(envelope("a", "é\n")), bytes(control), Buffer.from("{"), Buffer.from("[]")],
  });
}

async function extract(record: Buffer, extractMessages = true): Promise<Outcome | undefined> {
  const processor = cloudwatchLogsProcessor.create({ extractMessages }, processorDependencies());
  return (await processor.process(batchOfRecords([record]), new AbortController().signal)).outcomes[0];
}

test("cloudwatch-logs keeps the messages of an envelope as one record, a line feed behind each", async () => {
  const outcome = await extract(bytes(envelope("first", '{"level":"warn"}', "", "é😀")));
  assert.equal(outcome?.result === "kept" && outcome.bytes.toString(), 'first\n{"level":"warn"}\n\né😀\n');
});

test("cloudwatch-logs makes an empty record of a control message, and of an envelope without events", async () => {
  for (const record of [control, envelope()]) {
    const outcome = await extract(bytes(record));
    assert.equal(outcome?.result === "kept" && outcome.bytes.toString(), "");
  }
});

test("cloudwatch-logs rejects what is no envelope, whole", async () => {
  const half = envelope("a");
  half.logEvents = [{ message: "a" }, { text: "b" }];
  const records = ["", "text", "[]", "null", "{}", '{"messageType":"DATA_MESSAGE"}', JSON.stringify(half)];
  for (const record of [...records, `{"messageType":"OTHER","logEvents":[]}`]) {
    const outcome = await extract(Buffer.from(record));
    assert.equal(outcome?.result === "rejected" && outcome.code, "CloudWatchLogProcessing.InvalidRecord", record);
  }
});

test("cloudwatch-logs without extraction passes everything", async () => {
  for (const record of [bytes(envelope("a")), Buffer.from("text")]) {
    const outcome = await extract(record, false);
    assert.ok(outcome?.result === "kept" && outcome.bytes.equals(record));
  }
});
