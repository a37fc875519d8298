import { type Batch, packRecords, recordAt } from "../../src/model/records.ts";
import { lambdaProcessor } from "../../src/processors/lambda/lambda.ts";
import type { Outcome, Processor, ProcessorBatch, ProcessorStream } from "../../src/processors/processor.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { PretendClock } from "./pretend-clock.ts";
import { processorDependencies } from "./processor-dependencies.ts";
import { type Script, ScriptedFunctions, type TransformationEvent } from "./scripted-functions.ts";

export const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST";

/** Does with each record what its text says. */
export function byWord({ records }: TransformationEvent): object {
  const answers = records.map(({ recordId, data }) => {
    const word = Buffer.from(data, "base64").toString();
    const kept = { recordId, result: "Ok", data: Buffer.from(word.toUpperCase()).toString("base64") };
    if (word === "drop") return [{ recordId, result: "Dropped" }];
    if (word === "fail") return [{ recordId, result: "ProcessingFailed", data }];
    if (word === "forget") return [];
    if (word === "twice") return [kept, kept];
    if (word === "garbage") return [{ ...kept, result: ["?"] }];
    return [kept];
  });
  return { records: answers.flat() };
}

export function brief(outcome: Outcome | undefined): string {
  if (outcome?.result === "rejected") return outcome.code;
  return outcome?.result === "kept" ? `kept ${outcome.bytes}` : String(outcome?.result);
}

/** A processor `lambda` over functions that answer by a script. */
export function lambdaWorld(
  script: Script,
  options: JsonObject = {},
  stream: Partial<ProcessorStream> = {},
  clock = new PretendClock(),
): { readonly processor: Processor; readonly functions: ScriptedFunctions } {
  const functions = new ScriptedFunctions(script);
  const base = processorDependencies({ functions, clock });
  const dependencies = { ...base, stream: { ...base.stream, ...stream } };
  return { processor: lambdaProcessor.create({ function: ARN, ...options }, dependencies), functions };
}

export function batchOf(texts: readonly string[], more: Partial<Batch> = {}): ProcessorBatch {
  const packed = packRecords(texts.map((text) => Buffer.from(text)));
  const source: Batch = { ...packed, partition: 0, firstOffset: 100, arrivalMs: 1_000, ...more };
  return { source, outcomes: texts.map((_, index) => ({ index, result: "kept", bytes: recordAt(source, index) })) };
}

export function idOf(offset: number, part = 0): string {
  return `0123456789abcdef0123456789abcdef0000${String(offset).padStart(16, "0")}${String(part).padStart(6, "0")}`;
}

export function never(): AbortSignal {
  return new AbortController().signal;
}
