import { hasProcessor } from "../processors.ts";
import type { IcebergConfiguration } from "../wire-types.ts";
import type { Problems } from "./problems.ts";
import { processorProblems } from "./processor-problems.ts";
import { s3Problems } from "./s3-problems.ts";

export function* icebergProblems(destination: IcebergConfiguration, before?: IcebergConfiguration): Problems {
  const mode = destination.S3BackupMode ?? "FailedDataOnly";
  if (mode !== "FailedDataOnly") yield `S3BackupMode.${mode} is not supported for Iceberg as destination.`;
  const processing = destination.ProcessingConfiguration;
  const routed = hasProcessor(processing, "Lambda") || hasProcessor(processing, "MetadataExtraction");
  if (!routed && destination.DestinationTableConfigurationList?.length !== 1) {
    yield "A single default destination table configuration must be provided when both Lambda and MetadataExtraction processors are not provided";
  }
  yield* s3Problems(destination.S3Configuration);
  yield* processorProblems(destination, before);
}
