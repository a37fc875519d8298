import { type Batch, recordAt } from "../model/records.ts";
import type { KeptOutcome, Outcome, Processor, ProcessorBatch } from "../processors/processor.ts";
import { rememberPieces } from "./pieces.ts";
import type { PlanRunner } from "./plan-runner.ts";

/** What the chain says of a batch. Calls for the batches of one read overlap; nothing is grouped or counted yet. */
export async function askChain(batch: Batch, runner: PlanRunner, context: ChainContext): Promise<Asked> {
  if (!isAddressed(batch, context)) return "not addressed";
  const untouched = runner.processors.length === 0 || batch.origin?.stage === "delivery";
  if (!untouched) return runChain(batch, runner.processors, context.signal);
  const placing = runner.processors.filter((processor) => processor.onlyPlaces === true);
  if (placing.length > 0) return runChain(batch, placing, context.signal);
  return batch.origin === undefined ? "as they are" : keptAsTheyAre(batch);
}

/** Outcomes of a batch, or that it is for another delivery, or that nothing has to be done with it. */
export type Asked = "not addressed" | "as they are" | readonly Outcome[];

export interface ChainContext {
  readonly deliveryId: string;
  readonly signal: AbortSignal;
}

function isAddressed(batch: Batch, context: ChainContext): boolean {
  return batch.onlyDelivery === undefined || batch.onlyDelivery === context.deliveryId;
}

async function runChain(
  batch: Batch,
  processors: readonly Processor[],
  signal: AbortSignal,
): Promise<readonly Outcome[]> {
  let passing: ProcessorBatch = { source: batch, outcomes: keptAsTheyAre(batch) };
  for (let at = 0; at < processors.length; ) {
    const neighbours = recordByRecord(processors, at);
    if (neighbours.length > 0) {
      const outcomes = passing.outcomes.map((outcome) => passEach(outcome, neighbours));
      passing = { source: batch, outcomes: rememberPieces(batch, passing.outcomes, outcomes) };
      at += neighbours.length;
    } else {
      const { outcomes } = (await processors[at++]?.process(passing, signal)) ?? passing;
      passing = { source: batch, outcomes: rememberPieces(batch, passing.outcomes, outcomes) };
    }
  }
  return passing.outcomes;
}

type Each = NonNullable<Processor["each"]>;

/** The processors from `from` on that are asked record by record. */
function recordByRecord(processors: readonly Processor[], from: number): Each[] {
  const neighbours: Each[] = [];
  for (let at = from; at < processors.length; at++) {
    const each = processors[at]?.each;
    if (each === undefined) break;
    neighbours.push(each);
  }
  return neighbours;
}

function passEach(outcome: Outcome, neighbours: readonly Each[]): Outcome {
  let passing = outcome;
  for (const each of neighbours) {
    if (passing.result !== "kept") break;
    passing = each(passing);
  }
  return passing;
}

export function keptAsTheyAre(batch: Batch): KeptOutcome[] {
  const outcomes: KeptOutcome[] = [];
  for (let index = 0; index < batch.ends.length; index++) {
    outcomes.push({ result: "kept", index, bytes: recordAt(batch, index) });
  }
  return outcomes;
}
