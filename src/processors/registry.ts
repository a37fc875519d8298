import type { ComponentSpec } from "../model/delivery-definition.ts";
import { LakehoseError } from "../model/errors.ts";
import { addArrivalTimeProcessor } from "./add-arrival-time/add-arrival-time.ts";
import { cloudwatchLogsProcessor } from "./cloudwatch-logs/cloudwatch-logs.ts";
import { deaggregateProcessor } from "./deaggregate/deaggregate.ts";
import { decompressProcessor } from "./decompress/decompress.ts";
import { dropFieldsProcessor } from "./drop-fields/drop-fields.ts";
import { escapeProcessor } from "./escape/escape.ts";
import { extractMetadataProcessor } from "./extract-metadata/extract-metadata.ts";
import { filterProcessor } from "./filter/filter.ts";
import { hashFieldsProcessor } from "./hash-fields/hash-fields.ts";
import { keepFieldsProcessor } from "./keep-fields/keep-fields.ts";
import { kplDeaggregateProcessor } from "./kpl-deaggregate/kpl-deaggregate.ts";
import { lambdaProcessor } from "./lambda/lambda.ts";
import { maskFieldsProcessor } from "./mask-fields/mask-fields.ts";
import { partitionTimeProcessor } from "./partition-time/partition-time.ts";
import type { Processor, ProcessorDefinition, ProcessorDependencies } from "./processor.ts";
import { rejectProcessor } from "./reject/reject.ts";
import { renameFieldsProcessor } from "./rename-fields/rename-fields.ts";

/** Every processor, in the order of the alphabet. */
export const processors: readonly ProcessorDefinition[] = [
  addArrivalTimeProcessor,
  cloudwatchLogsProcessor,
  deaggregateProcessor,
  decompressProcessor,
  dropFieldsProcessor,
  escapeProcessor,
  extractMetadataProcessor,
  filterProcessor,
  hashFieldsProcessor,
  keepFieldsProcessor,
  kplDeaggregateProcessor,
  lambdaProcessor,
  maskFieldsProcessor,
  partitionTimeProcessor,
  rejectProcessor,
  renameFieldsProcessor,
];

/** Makes a processor; throws when its type is unknown. */
export function createProcessor(spec: ComponentSpec, dependencies: ProcessorDependencies): Processor {
  return definitionOf(spec.type).create(spec.options, dependencies);
}

function definitionOf(type: string): ProcessorDefinition {
  const found = processors.find((definition) => definition.type === type);
  if (found !== undefined) return found;
  const known = processors.map((definition) => definition.type).join(", ");
  throw new LakehoseError("unknown-processor", `Expected a processor of ${known}; got ${type}`);
}
