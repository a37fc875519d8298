import { type Batch, packRecords, recordAt } from "../../src/model/records.ts";
import type { Outcome, ProcessorDefinition } from "../../src/processors/processor.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { processorDependencies } from "./processor-dependencies.ts";

/** What a processor that asks nothing of the world makes of records. */
export async function runProcessor(
  definition: ProcessorDefinition,
  options: JsonObject,
  records: readonly (string | Buffer)[],
  arrivalMs = 1_000,
): Promise<readonly Outcome[]> {
  const processor = definition.create(options, processorDependencies());
  const source: Batch = {
    ...packRecords(records.map((record) => Buffer.from(record))),
    partition: 0,
    firstOffset: 0,
    arrivalMs,
  };
  const outcomes = records.map((_, index): Outcome => ({ index, result: "kept", bytes: recordAt(source, index) }));
  return (await processor.process({ source, outcomes }, new AbortController().signal)).outcomes;
}

/** The same in short: the text of a kept record, the code of a rejected one, or `dropped`. */
export async function textsOf(
  definition: ProcessorDefinition,
  options: JsonObject,
  records: readonly (string | Buffer)[],
  arrivalMs = 1_000,
): Promise<readonly string[]> {
  const outcomes = await runProcessor(definition, options, records, arrivalMs);
  return outcomes.map((outcome) => {
    if (outcome.result === "kept") return outcome.bytes.toString();
    return outcome.result === "rejected" ? outcome.code : outcome.result;
  });
}
