import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import { packRecords } from "../../model/records.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { eventTimeReader } from "./event-time.ts";
import { partitionTimeProcessor } from "./partition-time.ts";

processorConformance({
  definition: partitionTimeProcessor,
  options: { field: "trip.at" },
  records: [
    '{"trip":{"at":"2018-03-01T00:00:00Z"}}',
    '{"trip":{"at":1}}',
    "{}",
    "no json",
    '{"trip":{"at":"never"}}',
  ].map((text) => Buffer.from(text)),
});

const instant = (text: string) => Date.parse(text);

test("eventTimeReader() reads what it is told to, and nothing else", () => {
  const examples: readonly [string, JsonValue, string | undefined][] = [
    ["auto", "2018-03-01T00:30:00Z", "2018-03-01T00:30:00Z"],
    ["auto", "2018-03-01T00:30:00.007Z", "2018-03-01T00:30:00.007Z"],
    ["auto", "2018-12-31T23:59:59.999Z", "2018-12-31T23:59:59.999Z"],
    ["auto", "2020-02-29T00:00:00Z", "2020-02-29T00:00:00Z"],
    ["auto", "0099-03-01T00:30:00Z", "0099-03-01T00:30:00Z"],
    ["auto", "2018-13-01T00:00:00Z", undefined],
    ["auto", "2018-00-01T00:00:00Z", undefined],
    ["auto", "2018-03-00T00:00:00Z", undefined],
    ["auto", "2018-03-01T00:60:00Z", undefined],
    ["auto", "2018-03-01T0:030:00Z", undefined],
    ["auto", "2018-03-01T00:30:00.1 Z", "2018-03-01T00:30:00.100Z"],
    ["auto", "2018-03-01T00:30:00x123Z", undefined],
    ["auto", "2018-03-01 00:30:00", "2018-03-01T05:30:00Z"],
    ["auto", "2018-03-01T00:30", "2018-03-01T05:30:00Z"],
    ["auto", "2018-03-01", "2018-03-01T05:00:00Z"],
    ["auto", "2018-03-01T00:30:00.123456789+02:00", "2018-02-28T22:30:00.123Z"],
    ["auto", "2018-03-01T00:30:00-0530", "2018-03-01T06:00:00Z"],
    ["auto", "2018-07-01T00:00:00", "2018-07-01T04:00:00Z"],
    ["auto", "2018-02-30T00:00:00Z", undefined],
    ["auto", "2018-03-01T24:00:00Z", undefined],
    ["auto", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"],
    ["auto", 1_519_862_400, "2018-03-01T00:00:00Z"],
    ["auto", 1_519_862_400_123, "2018-03-01T00:00:00.123Z"],
    ["auto", "1519862400123456", "2018-03-01T00:00:00.123Z"],
    ["auto", 1_519_862_400_123_456_800, "2018-03-01T00:00:00.123Z"],
    ["auto", -86_400, "1969-12-31T00:00:00Z"],
    ["auto", true, undefined],
    ["auto", "", undefined],
    ["auto", 1e300, undefined],
    ["iso", 1_519_862_400, undefined],
    ["iso", "1969-07-20T20:17:40Z", "1969-07-20T20:17:40Z"],
    ["epoch-s", 1_519_862_400.5, "2018-03-01T00:00:00.500Z"],
    ["epoch-ms", "1519862400123", "2018-03-01T00:00:00.123Z"],
    ["epoch-ms", "2018-03-01", undefined],
    ["dd/MMM/yyyy:HH:mm:ss Z", "01/Mar/2018:00:30:00 +0100", "2018-02-28T23:30:00Z"],
    ["MM/dd/yyyy hh:mm:ss a", "03/01/2018 12:30:00 AM", "2018-03-01T05:30:00Z"],
    ["yyyyMMdd", 20180301, "2018-03-01T05:00:00Z"],
  ];
  for (const [format, value, expected] of examples) {
    const read = eventTimeReader(format, "America/New_York")(value);
    assert.equal(read, expected === undefined ? undefined : instant(expected), `${format} ${JSON.stringify(value)}`);
  }
});

test("partition-time sets the event time and leaves everything else alone", async () => {
  const outcomes = await run({ field: ".t" }, ['{"t":"2018-03-01T00:00:00Z"}', "{}", '{"t":[1]}', "null"]);
  assert.deepEqual(
    outcomes.map((outcome) =>
      outcome.result === "kept" ? outcome.eventTimeMs : outcome.result === "rejected" && outcome.code,
    ),
    [instant("2018-03-01T00:00:00Z"), "PartitionTime.Missing", "PartitionTime.Invalid", "PartitionTime.Missing"],
  );
});

test("partition-time lets records without a time go by their arrival, if it is told to", async () => {
  const outcomes = await run({ field: "t", missing: "arrival" }, ["{}", "nonsense", '{"t":"x"}']);
  for (const outcome of outcomes) assert.ok(outcome.result === "kept" && outcome.eventTimeMs === undefined);
});

async function run(options: JsonObject, records: readonly string[]) {
  const processor = partitionTimeProcessor.create(options, processorDependencies());
  const buffers = records.map((text) => Buffer.from(text));
  const source = { ...packRecords(buffers), partition: 0, firstOffset: 0, arrivalMs: 0 };
  const outcomes = buffers.map((bytes, index) => ({ result: "kept" as const, index, bytes }));
  return (await processor.process({ source, outcomes }, new AbortController().signal)).outcomes;
}
