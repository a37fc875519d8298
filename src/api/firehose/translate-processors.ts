import type { ComponentSpec } from "../../model/delivery-definition.ts";
import type { JsonObject } from "../../std/json.ts";
import type { StreamSettings } from "../../streams/settings.ts";
import type { StreamDocument } from "../../streams/streams.ts";
import { lambdaSettingOptions } from "./extension-processors.ts";
import { enabledProcessors, parameterOf } from "./processors.ts";
import type { ProcessingConfiguration, Processor } from "./wire-types.ts";

/** What the service takes when a Lambda processor does not say (reference 4.2). */
const LAMBDA_RETRIES_DEFAULT = 3;
const LAMBDA_BUFFER_MEBIBYTES_DEFAULT = 1;

const MEBIBYTE = 1024 * 1024;

/** Source records as producers meant them, before anything that is declared, and before the raw backup. */
export function sourceProcessors(type: StreamDocument["type"]): readonly ComponentSpec[] {
  return type === "KinesisStreamAsSource" ? [{ type: "kpl-deaggregate", options: {} }] : [];
}

/** What runs before the function, in the order of the service, whatever order it was declared in (reference 4.1). */
export function unpackingProcessors(processing: ProcessingConfiguration | undefined): readonly ComponentSpec[] {
  return [
    ...each(processing, "Decompression", () => ({ format: "gzip" })),
    ...each(processing, "CloudWatchLogProcessing", cloudWatchOptions),
    ...each(processing, "RecordDeAggregation", deaggregationOptions),
  ];
}

/** The function, with what settings of the stream change. Its buffer interval has no counterpart: nothing waits here. */
export function lambdaProcessors(
  processing: ProcessingConfiguration | undefined,
  settings: StreamSettings,
): readonly ComponentSpec[] {
  return each(processing, "Lambda", (processor) => ({
    ...lambdaOptions(processor),
    ...lambdaSettingOptions(settings),
  }));
}

/** Specs of one type; one that is declared twice runs once, as the last declaration says. */
function each(
  processing: ProcessingConfiguration | undefined,
  type: keyof typeof TYPES,
  optionsOf: (processor: Processor) => JsonObject,
): readonly ComponentSpec[] {
  const processor = enabledProcessors(processing).findLast((one) => one.Type === type);
  return processor === undefined ? [] : [{ type: TYPES[type], options: optionsOf(processor) }];
}

const TYPES = {
  Decompression: "decompress",
  CloudWatchLogProcessing: "cloudwatch-logs",
  RecordDeAggregation: "deaggregate",
  Lambda: "lambda",
} as const satisfies Partial<Record<Processor["Type"], string>>;

function cloudWatchOptions(processor: Processor): JsonObject {
  const extraction = parameterOf(processor, "DataMessageExtraction") ?? "true";
  return { extractMessages: extraction.toLowerCase() === "true" };
}

function deaggregationOptions(processor: Processor): JsonObject {
  if (parameterOf(processor, "SubRecordType") === "JSON") return { mode: "json" };
  return { mode: "delimited", delimiter: parameterOf(processor, "Delimiter") ?? "" };
}

function lambdaOptions(processor: Processor): JsonObject {
  const mebibytes = Number(parameterOf(processor, "BufferSizeInMBs") ?? LAMBDA_BUFFER_MEBIBYTES_DEFAULT);
  return {
    function: parameterOf(processor, "LambdaArn") ?? "",
    retries: Number(parameterOf(processor, "NumberOfRetries") ?? LAMBDA_RETRIES_DEFAULT),
    bufferBytes: Math.round(mebibytes * MEBIBYTE),
  };
}
