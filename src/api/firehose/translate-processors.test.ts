import assert from "node:assert/strict";
import { test } from "node:test";
import { processors } from "../../processors/registry.ts";
import { settingsOf } from "../../streams/settings.ts";
import { lambdaProcessors, sourceProcessors, unpackingProcessors } from "./translate-processors.ts";
import type { ProcessingConfiguration, Processor } from "./wire-types.ts";

const LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:trim:$LATEST";

function processor(Type: Processor["Type"], parameters: Record<string, string> = {}): Processor {
  const Parameters = Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
    ParameterName: ParameterName as NonNullable<Processor["Parameters"]>[number]["ParameterName"],
    ParameterValue,
  }));
  return { Type, Parameters };
}

const enabled = (...Processors: Processor[]): ProcessingConfiguration => ({ Enabled: true, Processors });
const settings = settingsOf({}, {});

test("unpackingProcessors() has the order of the service, whatever was declared first", () => {
  const declared = [
    processor("RecordDeAggregation", { SubRecordType: "JSON" }),
    processor("Lambda", { LambdaArn: LAMBDA }),
    processor("CloudWatchLogProcessing", { DataMessageExtraction: "False" }),
    processor("Decompression", { CompressionFormat: "GZIP" }),
  ];
  const expected = [
    { type: "decompress", options: { format: "gzip" } },
    { type: "cloudwatch-logs", options: { extractMessages: false } },
    { type: "deaggregate", options: { mode: "json" } },
  ];
  assert.deepEqual(unpackingProcessors(enabled(...declared)), expected);
  assert.deepEqual(unpackingProcessors(enabled(...declared.toReversed())), expected);
});

test("unpackingProcessors() reads parameters and takes the service's defaults", () => {
  const delimited = processor("RecordDeAggregation", { SubRecordType: "DELIMITED", Delimiter: "IyMjIw==" });
  assert.deepEqual(unpackingProcessors(enabled(delimited, processor("CloudWatchLogProcessing"))), [
    { type: "cloudwatch-logs", options: { extractMessages: true } },
    { type: "deaggregate", options: { mode: "delimited", delimiter: "IyMjIw==" } },
  ]);
});

test("lambdaProcessors() names the function, its retries and its buffer", () => {
  assert.deepEqual(lambdaProcessors(enabled(processor("Lambda", { LambdaArn: LAMBDA })), settings), [
    { type: "lambda", options: { function: LAMBDA, retries: 3, bufferBytes: 1024 * 1024 } },
  ]);
  const tuned = processor("Lambda", {
    LambdaArn: LAMBDA,
    NumberOfRetries: "0",
    BufferSizeInMBs: "0.2",
    BufferIntervalInSeconds: "60",
    RoleArn: "arn:r",
  });
  assert.deepEqual(lambdaProcessors(enabled(tuned), settings), [
    { type: "lambda", options: { function: LAMBDA, retries: 0, bufferBytes: 209_715 } },
  ]);
});

test("nothing runs while processing is not enabled", () => {
  const Processors = [processor("Lambda", { LambdaArn: LAMBDA }), processor("Decompression")];
  for (const processing of [undefined, { Enabled: false, Processors }]) {
    assert.deepEqual([...unpackingProcessors(processing), ...lambdaProcessors(processing, settings)], []);
  }
});

test("sourceProcessors() takes aggregates of the producer library apart, for Kinesis alone", () => {
  assert.deepEqual(sourceProcessors("KinesisStreamAsSource"), [{ type: "kpl-deaggregate", options: {} }]);
  assert.deepEqual(sourceProcessors("DirectPut"), []);
});

test("options that are translated are those that the processors take", () => {
  const all = enabled(
    processor("Decompression"),
    processor("CloudWatchLogProcessing"),
    processor("RecordDeAggregation", { SubRecordType: "DELIMITED", Delimiter: "IyMjIw==" }),
    processor("Lambda", { LambdaArn: LAMBDA }),
  );
  const specs = [
    ...sourceProcessors("KinesisStreamAsSource"),
    ...unpackingProcessors(all),
    ...lambdaProcessors(all, settings),
  ];
  assert.equal(specs.length, 5);
  for (const { type, options } of specs) {
    const definition = processors.find((one) => one.type === type);
    assert.ok(definition?.optionsSchema.safeParse(options).success, type);
  }
});
