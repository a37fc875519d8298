import assert from "node:assert/strict";
import { test } from "node:test";
import { type Batch, packRecords, recordAt, recordCount } from "../../src/model/records.ts";
import type {
  Outcome,
  Processor,
  ProcessorBatch,
  ProcessorDefinition,
  ProcessorDependencies,
} from "../../src/processors/processor.ts";
import type { JsonObject } from "../../src/std/json.ts";
import { processorDependencies } from "../fakes/processor-dependencies.ts";

/** What a processor brings to the suite. */
export interface ProcessorUnderTest {
  readonly definition: ProcessorDefinition;
  readonly options: JsonObject;
  /** Records of every sort that it treats differently; at least three. */
  readonly records: readonly Buffer[];
  /** What it needs of the world; default: nothing. */
  readonly dependencies?: ProcessorDependencies;
  /** Processors that make several records of one, or none, say so. Default: one outcome per record. */
  readonly splits?: boolean;
  /** Says something of the arrival, which is stored with a record: the same record has the same one. */
  readonly tellsArrival?: boolean;
}

/** The promises of `Processor`, kept by every one. */
export function processorConformance(subject: ProcessorUnderTest): void {
  const { type } = subject.definition;
  test(`${type} answers in source order, once per record`, () => withProcessor(subject, answersInOrder));
  test(`${type} leaves the outcomes of others alone`, () => withProcessor(subject, leavesOthersAlone));
  test(`${type} does not change the source`, () => withProcessor(subject, leavesSource));
  test(`${type} says the same record by record, if it can`, () => withProcessor(subject, saysTheSameOfEach));
  test(`${type} takes an empty batch`, () => withProcessor(subject, takesNothing));
  test(`${type} describes itself and checks its options`, () => describesItself(subject));
  test(`${type} is pure if it says so`, () => withProcessor(subject, isPure));
}

type Promised = (processor: Processor, subject: ProcessorUnderTest) => Promise<void>;

async function answersInOrder(processor: Processor, subject: ProcessorUnderTest): Promise<void> {
  const { outcomes } = await run(processor, subject.records);
  const indexes = outcomes.map((outcome) => outcome.index);
  assert.deepEqual(
    indexes,
    indexes.toSorted((left, right) => left - right),
  );
  if (!subject.splits) assert.deepEqual(indexes, [...subject.records.keys()]);
  assert.deepEqual(new Set(indexes), new Set(subject.records.keys()));
}

async function leavesOthersAlone(processor: Processor, subject: ProcessorUnderTest): Promise<void> {
  const batch = batchOf(subject.records);
  const dropped: Outcome = { index: 0, result: "dropped" };
  const rejected: Outcome = {
    index: 1,
    result: "rejected",
    errorType: "processing-failed",
    code: "Earlier",
    message: "An earlier processor said so",
    attempts: 1,
  };
  const values = { key: "value" };
  const kept: Outcome[] = batch.outcomes.slice(2).map((outcome) => ({ ...outcome, partitionValues: values }));
  const { outcomes } = await processor.process({ ...batch, outcomes: [dropped, rejected, ...kept] }, signal());
  assert.deepEqual(outcomes.slice(0, 2), [dropped, rejected]);
  for (const outcome of outcomes.slice(2)) {
    if (outcome.result === "kept") assert.equal(outcome.partitionValues?.key, "value");
  }
}

async function leavesSource(processor: Processor, subject: ProcessorUnderTest): Promise<void> {
  const batch = batchOf(subject.records);
  const result = await processor.process(batch, signal());
  assert.equal(result.source, batch.source);
  for (const [index, record] of subject.records.entries()) assert.ok(recordAt(batch.source, index).equals(record));
}

async function saysTheSameOfEach(processor: Processor, subject: ProcessorUnderTest): Promise<void> {
  const { each } = processor;
  if (each === undefined) return;
  const batch = batchOf(subject.records);
  const { outcomes } = await processor.process(batch, signal());
  assert.deepEqual(
    batch.outcomes.map((outcome) => (outcome.result === "kept" ? each(outcome) : outcome)),
    outcomes,
  );
}

async function takesNothing(processor: Processor): Promise<void> {
  assert.deepEqual((await run(processor, [])).outcomes, []);
}

/** Alone, together, in another order, from another instance, at another time: a record gets one answer. */
async function isPure(processor: Processor, subject: ProcessorUnderTest): Promise<void> {
  if (!processor.pure) return;
  const { outcomes } = await run(processor, subject.records);
  const other = subject.definition.create(subject.options, subject.dependencies ?? processorDependencies());
  for (const [index, record] of subject.records.entries()) {
    const here = outcomes.filter((outcome) => outcome.index === index).map((outcome) => ({ ...outcome, index: 0 }));
    const arrivalMs = subject.tellsArrival ? undefined : 5_000;
    assert.deepEqual((await run(processor, [record], arrivalMs)).outcomes, here);
    assert.deepEqual((await run(other, [record, ...subject.records])).outcomes.slice(0, here.length), here);
  }
  await other.close();
}

function describesItself({ definition, options, dependencies }: ProcessorUnderTest): void {
  const processor = definition.create(options, dependencies ?? processorDependencies());
  assert.match(definition.type, /^[a-z][a-z-]*$/);
  assert.match(definition.summary, /^[A-Z].*\.$/);
  assert.equal(processor.type, definition.type);
  assert.ok(processor.pure || !definition.pure, "a definition that is pure makes pure processors");
  assert.ok(definition.optionsSchema.safeParse(options).success);
  assert.equal(definition.optionsSchema.safeParse({ "no such option": 1 }).success, false);
}

async function withProcessor(subject: ProcessorUnderTest, promised: Promised): Promise<void> {
  assert.ok(subject.records.length >= 3);
  const processor = subject.definition.create(subject.options, subject.dependencies ?? processorDependencies());
  try {
    await promised(processor, subject);
  } finally {
    await processor.close();
  }
}

function run(processor: Processor, records: readonly Buffer[], arrivalMs = 1_000): Promise<ProcessorBatch> {
  return processor.process(batchOf(records, arrivalMs), signal());
}

function batchOf(records: readonly Buffer[], arrivalMs = 1_000): ProcessorBatch {
  const source: Batch = { ...packRecords(records), partition: 0, firstOffset: 100, arrivalMs };
  const outcomes = Array.from({ length: recordCount(source) }, (_, index): Outcome => {
    return { index, result: "kept", bytes: recordAt(source, index) };
  });
  return { source, outcomes };
}

function signal(): AbortSignal {
  return new AbortController().signal;
}
