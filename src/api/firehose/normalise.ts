import type { JsonObject, JsonValue } from "../../std/json.ts";

/** What AWS stores differently from what it was given (reference 1.8, 4.2). */
export function normaliseDestination(destination: JsonObject): JsonObject {
  const processing = destination.ProcessingConfiguration;
  if (!isObject(processing)) return destination;
  const { Processors } = processing;
  const normalised: JsonObject = { ...processing, Enabled: processing.Enabled ?? false };
  if (Array.isArray(Processors)) normalised.Processors = Processors.map(normaliseProcessor);
  return { ...destination, ProcessingConfiguration: normalised };
}

/** A Delimiter for AppendDelimiterToRecord is accepted and ignored. */
function normaliseProcessor(processor: JsonValue): JsonValue {
  if (!isObject(processor) || processor.Type !== "AppendDelimiterToRecord") return processor;
  return { ...processor, Parameters: [] };
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
