import type { Format } from "../formats/format.ts";
import type { CompressionSpec, DeliveryDefinition } from "../model/delivery-definition.ts";
import { CONVERSION_FAILED } from "../model/error-record.ts";
import type { Processor } from "../processors/processor.ts";
import type { JsonObject } from "../std/json.ts";
import type { DeliveryComponents } from "./delivery-options.ts";
import type { AccumulatorKey, Plan } from "./journal/journal-records.ts";
import { naming, type PlanNaming } from "./naming.ts";
import { Places } from "./partition.ts";

/** A plan made ready to run: its processors, its formats, its prefixes. Built once per plan, used for each batch. */
export interface PlanRunner {
  readonly plan: Plan;
  readonly processors: readonly Processor[];
  readonly naming: PlanNaming;
  /** How objects of a key are encoded. */
  encoding(key: AccumulatorKey): Encoding;
  /** Where records gather. */
  readonly places: Places;
  /** Whether outcomes may be derived from the log again. */
  readonly pure: boolean;
}

export interface Encoding {
  readonly format: Format;
  readonly options: JsonObject;
  readonly compression: CompressionSpec;
}

const ERROR_FORMAT = "raw";

/** `processors` are those of the plan's definition; plans that have the same share them. */
export function openPlan(plan: Plan, components: DeliveryComponents, processors: readonly Processor[]): PlanRunner {
  const { format: formatSpec, compression } = plan.definition;
  const names = naming(plan);
  const format = components.format(formatSpec.type);
  const data: Encoding = { format, options: formatSpec.options, compression };
  // Error records are lines whatever the data is; they are compressed like it where it is lines too (reference 5.5).
  const errors: Encoding = { format: components.format(ERROR_FORMAT), options: {}, compression };
  const conversionErrors: Encoding = { ...errors, compression: { type: "none" } };
  return {
    plan,
    processors,
    naming: names,
    encoding: (key) => {
      if (key.kind !== "error") return data;
      return key.errorType === CONVERSION_FAILED ? conversionErrors : errors;
    },
    places: new Places(plan, names, format.extension(compression)),
    pure: isPure(plan.definition, processors),
  };
}

/**
 * Whether every record has the same outcome for ever; asked of the components, never of the user. A limit on active
 * partitions depends on what has been delivered by then, so what it refuses has to be remembered (rule H7).
 */
export function isPure({ partition }: DeliveryDefinition, processors: readonly Processor[]): boolean {
  return processors.every((processor) => processor.pure) && partition?.activeMax === undefined;
}

/**
 * Whether accumulators of the old plan may go on and be named by the new one: everything that decides what gathers
 * together, how it is encoded and where it is read again from is the same, and only names, limits and target differ
 * (rule H4). What is staged and what is derived from the log never meet: nobody could read both again.
 */
export function namesSameKeys(old: PlanRunner, next: PlanRunner, sampleMs: number): boolean {
  const encodes = ({ plan: { definition } }: PlanRunner) =>
    JSON.stringify([
      definition.processors,
      definition.format,
      definition.compression,
      definition.naming.timeZone,
      definition.partition?.keys ?? [],
      definition.partition?.eventTime ?? {},
    ]);
  return (
    encodes(old) === encodes(next) &&
    old.pure === next.pure &&
    old.places.dataSplit(sampleMs) === next.places.dataSplit(sampleMs) &&
    old.places.errorSplit(sampleMs) === next.places.errorSplit(sampleMs)
  );
}
