import type { ProcessingConfiguration, Processor } from "./wire-types.ts";

/** Reading processors off a configuration. */

export function isProcessing(processing: ProcessingConfiguration | undefined): boolean {
  return processing?.Enabled === true;
}

/** The processors that run: none while processing is not enabled. */
export function enabledProcessors(processing: ProcessingConfiguration | undefined): readonly Processor[] {
  return isProcessing(processing) ? (processing?.Processors ?? []) : [];
}

export function hasProcessor(processing: ProcessingConfiguration | undefined, type: Processor["Type"]): boolean {
  return enabledProcessors(processing).some((processor) => processor.Type === type);
}

/** The last of several parameters of one name wins. */
export function parameterOf(
  processor: Processor,
  name: NonNullable<Processor["Parameters"]>[number]["ParameterName"],
): string | undefined {
  return processor.Parameters?.findLast((parameter) => parameter.ParameterName === name)?.ParameterValue;
}
