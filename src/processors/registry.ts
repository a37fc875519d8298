import type { ComponentSpec } from "../model/delivery-definition.ts";
import { LakehoseError } from "../model/errors.ts";
import { escapeProcessor } from "./escape/escape.ts";
import { lambdaProcessor } from "./lambda/lambda.ts";
import type { Processor, ProcessorDefinition, ProcessorDependencies } from "./processor.ts";

/** Every processor, in the order of the alphabet. */
export const processors: readonly ProcessorDefinition[] = [escapeProcessor, lambdaProcessor];

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
