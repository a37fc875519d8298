import type { Format } from "../formats/format.ts";
import type { CompressionSpec } from "../model/delivery-definition.ts";
import { createSplitter } from "../model/prefix/splitter.ts";
import type { Processor, ProcessorStream } from "../processors/processor.ts";
import type { JsonObject } from "../std/json.ts";
import type { DeliveryComponents } from "./delivery-options.ts";
import type { AccumulatorKey, Plan } from "./journal/journal-records.ts";
import { naming, type PlanNaming } from "./naming.ts";

/** A plan made ready to run: its processors, its formats, its prefixes. Built once per plan, used for each batch. */
export interface PlanRunner {
  readonly plan: Plan;
  readonly processors: readonly Processor[];
  readonly naming: PlanNaming;
  /** How objects of a key are encoded. */
  encoding(key: AccumulatorKey): Encoding;
  /** The time split of data keys at an arrival time. */
  readonly dataSplit: (atMs: number) => string;
  /** Likewise for the error output. */
  readonly errorSplit: (atMs: number) => string;
}

export interface Encoding {
  readonly format: Format;
  readonly options: JsonObject;
  readonly compression: CompressionSpec;
}

const ERROR_FORMAT = "raw";

export function openPlan(plan: Plan, components: DeliveryComponents, stream: ProcessorStream): PlanRunner {
  const { processors, format: formatSpec, compression, naming: spec } = plan.definition;
  const names = naming(plan);
  const format = components.format(formatSpec.type);
  const data: Encoding = { format, options: formatSpec.options, compression };
  // Error records are lines whatever the data is; they are compressed like it where it is lines too (reference 5.5).
  const errors: Encoding = { format: components.format(ERROR_FORMAT), options: {}, compression };
  return {
    plan,
    processors: processors.map((one) => components.processor(one, stream)),
    naming: names,
    encoding: (key) => (key.kind === "error" ? errors : data),
    dataSplit: createSplitter(names.prefix, spec.timeZone),
    errorSplit: createSplitter(names.errorPrefix, spec.timeZone),
  };
}

/** Whether every processor of the chain answers the same for ever; asked of the components, never of the user. */
export function isPure(processors: readonly Processor[]): boolean {
  return processors.every((processor) => processor.pure);
}

/**
 * Whether accumulators of the old plan may go on and be named by the new one: everything that decides what gathers
 * together and how it is encoded is the same, and only names, limits and target differ (rule H4).
 */
export function namesSameKeys(old: PlanRunner, next: PlanRunner, sampleMs: number): boolean {
  const encodes = ({ plan: { definition } }: PlanRunner) =>
    JSON.stringify([definition.processors, definition.format, definition.compression, definition.naming.timeZone]);
  return (
    encodes(old) === encodes(next) &&
    old.dataSplit(sampleMs) === next.dataSplit(sampleMs) &&
    old.errorSplit(sampleMs) === next.errorSplit(sampleMs)
  );
}
