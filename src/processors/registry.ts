import type { ComponentSpec } from "../model/delivery-definition.ts";
import { LakehoseError } from "../model/errors.ts";
import { cloudwatchLogsProcessor } from "./cloudwatch-logs/cloudwatch-logs.ts";
import { deaggregateProcessor } from "./deaggregate/deaggregate.ts";
import { decompressProcessor } from "./decompress/decompress.ts";
import { escapeProcessor } from "./escape/escape.ts";
import { extractMetadataProcessor } from "./extract-metadata/extract-metadata.ts";
import { kplDeaggregateProcessor } from "./kpl-deaggregate/kpl-deaggregate.ts";
import { lambdaProcessor } from "./lambda/lambda.ts";
import type { Processor, ProcessorDefinition, ProcessorDependencies } from "./processor.ts";
import { rejectProcessor } from "./reject/reject.ts";

/** Every processor, in the order of the alphabet. */
export const processors: readonly ProcessorDefinition[] = [
  cloudwatchLogsProcessor,
  deaggregateProcessor,
  decompressProcessor,
  escapeProcessor,
  extractMetadataProcessor,
  kplDeaggregateProcessor,
  lambdaProcessor,
  rejectProcessor,
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
