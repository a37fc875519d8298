import { enabledProcessors, hasProcessor, isProcessing, parameterOf } from "../processors.ts";
import type { ProcessingConfiguration, Processor } from "../wire-types.ts";
import type { Problems } from "./problems.ts";

/** Processors in one enabled configuration (reference 7). */
const PROCESSORS_MAX = 5;

/** With padding; an empty delimiter would end every record at once. */
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/;

interface Processed {
  readonly ProcessingConfiguration?: ProcessingConfiguration;
}

/** `before` is the destination of the live stream when this is an update. */
export function* processorProblems(destination: Processed, before?: Processed): Problems {
  const processing = destination.ProcessingConfiguration;
  if (!isProcessing(processing)) return;
  const processors = enabledProcessors(processing);
  if (processors.length < 1 || processors.length > PROCESSORS_MAX) {
    yield `A maximum of ${PROCESSORS_MAX} and a minimum of 1 processor needs to be supplied when processing is enabled.`;
  }
  if (processors.filter((processor) => processor.Type === "Lambda").length > 1) {
    yield "Cannot have more than 1 Lambda processor.";
  }
  for (const processor of processors) yield* PROBLEMS_OF[processor.Type](processor);
  const decompressing = hasProcessor(processing, "Decompression");
  if (hasProcessor(processing, "CloudWatchLogProcessing") && !decompressing) {
    yield "CloudWatchLogProcessingProcessor can only be enabled with DecompressionProcessor";
  }
  const joins = before !== undefined && decompressing && !hasProcessor(before.ProcessingConfiguration, "Decompression");
  if (joins && !hasProcessor(before?.ProcessingConfiguration, "Lambda")) {
    yield "Enabling source decompression is not supported for existing stream with no Lambda function attached.";
  }
}

const PROBLEMS_OF: Readonly<Record<Processor["Type"], (processor: Processor) => Problems>> = {
  Lambda: lambdaProblems,
  MetadataExtraction: metadataExtractionProblems,
  RecordDeAggregation: deaggregationProblems,
  Decompression: decompressionProblems,
  CloudWatchLogProcessing: cloudWatchLogProblems,
  // Has no parameters; a Delimiter is accepted and ignored (reference 4.2).
  AppendDelimiterToRecord: function* () {
    yield* [];
  },
};

function* lambdaProblems(processor: Processor): Problems {
  if (parameterOf(processor, "LambdaArn") === undefined) yield "LambdaArn is required when Lambda processor is used.";
  const retries = parameterOf(processor, "NumberOfRetries");
  if (retries !== undefined && !(/^\d+$/.test(retries) && isWithin(retries, 0, 300))) {
    yield "Number of retries for lambda must be between 0 and 300.";
  }
  const size = parameterOf(processor, "BufferSizeInMBs");
  if (size !== undefined && !isWithin(size, 0.2, 3)) {
    yield "BufferSizeInMBs for lambda processor must be between 0.2 and 3.";
  }
  const interval = parameterOf(processor, "BufferIntervalInSeconds");
  if (interval !== undefined && !isWithin(interval, 0, 900)) {
    yield "BufferIntervalInSeconds for lambda processor must be between 0 and 900.";
  }
  if ((size === undefined) !== (interval === undefined)) {
    yield "Both BufferSizeInMBs and BufferIntervalInSeconds are required to configure buffering for lambda processor.";
  }
}

function* metadataExtractionProblems(processor: Processor): Problems {
  if (parameterOf(processor, "JsonParsingEngine") !== "JQ-1.6") {
    yield "MetaDataExtraction JSON Parsing Engine has to be one of JQ-1.6";
  }
  if (parameterOf(processor, "MetadataExtractionQuery") === undefined) {
    yield "MetadataExtractionQuery is required when MetadataExtraction processor is used.";
  }
}

function* deaggregationProblems(processor: Processor): Problems {
  const subRecordType = parameterOf(processor, "SubRecordType");
  if (subRecordType !== "JSON" && subRecordType !== "DELIMITED") yield "SubRecordType has to be one of JSON, DELIMITED";
  if (subRecordType !== "DELIMITED") return;
  const delimiter = parameterOf(processor, "Delimiter");
  if (delimiter === undefined) yield "Delimiter should be present for DELIMITED";
  else if (!BASE64.test(delimiter)) yield "Delimiter should be a base64 encoded string, such as IyMjIw== for ####";
}

function* decompressionProblems(processor: Processor): Problems {
  if ((parameterOf(processor, "CompressionFormat") ?? "GZIP") !== "GZIP") yield "CompressionFormat has to be GZIP";
}

function* cloudWatchLogProblems(processor: Processor): Problems {
  const extraction = parameterOf(processor, "DataMessageExtraction") ?? "true";
  if (!/^(true|false)$/i.test(extraction)) {
    yield "Invalid parameter value for DataMessageExtraction. Allowed values are True and False.";
  }
}

function isWithin(text: string, min: number, max: number): boolean {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max;
}
