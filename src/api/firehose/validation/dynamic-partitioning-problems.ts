import { parsePrefix } from "../../../model/prefix-template.ts";
import { enabledProcessors, hasProcessor, isProcessing, parameterOf } from "../processors.ts";
import type { ExtendedS3Configuration } from "../wire-types.ts";
import { type Allowances, NO_ALLOWANCES } from "./allowances.ts";
import { jqObjectKeys } from "./jq-keys.ts";
import type { Problems } from "./problems.ts";

/** Reference 4.4. */
const SIZE_MB_MIN = 64;
const INTERVAL_SECONDS_MIN = 60;

/** Assumes prefixes that parse. */
export function* dynamicPartitioningProblems(
  destination: ExtendedS3Configuration,
  { relaxedLimits, partitionKeys }: Allowances = NO_ALLOWANCES,
): Problems {
  const usage = parsePrefix(destination.Prefix ?? "", "prefix").template?.usage;
  const queryKeys = usage?.queryKeys ?? [];
  const lambdaKeys = usage?.lambdaKeys ?? [];
  const hasKeys = queryKeys.length + lambdaKeys.length > 0;
  const processing = destination.ProcessingConfiguration;
  if (destination.DynamicPartitioningConfiguration?.Enabled !== true) {
    if (hasKeys) {
      yield "S3 Prefix should not contain Dynamic Partitioning namespaces when Dynamic Partitioning is not enabled";
    }
    return;
  }
  if (!hasKeys) yield "S3 Prefix should contain Dynamic Partitioning namespaces when Dynamic Partitioning is enabled";
  const extractedKeys = queryKeys.filter((key) => !partitionKeys.includes(key));
  const needsProcessing = extractedKeys.length + lambdaKeys.length > 0;
  if (needsProcessing && !isProcessing(processing))
    yield "Processing Configuration is not enabled when DataPartitioning is enabled";
  if (lambdaKeys.length > 0 && !hasProcessor(processing, "Lambda")) {
    yield "Lambda should be present when S3 Prefix contains keys from partitionKeyFromLambda namespace";
  }
  if (extractedKeys.length > 0 && !hasProcessor(processing, "MetadataExtraction")) {
    yield "MetadataExtraction processor should be present when S3 Prefix has partitionKeyFromQuery namespace";
  }
  for (const processor of enabledProcessors(processing)) {
    if (processor.Type !== "MetadataExtraction") continue;
    const keys = jqObjectKeys(parameterOf(processor, "MetadataExtractionQuery") ?? "") ?? [];
    if (keys.some((key) => !queryKeys.includes(key))) {
      yield "MetaDataExtraction JQ Query can't contain keys that are not present in the S3 Prefix expression";
    }
  }
  if (relaxedLimits) return;
  const { SizeInMBs, IntervalInSeconds } = destination.BufferingHints ?? {};
  if (SizeInMBs !== undefined && SizeInMBs < SIZE_MB_MIN) {
    yield `BufferingHints.SizeInMBs must be at least ${SIZE_MB_MIN} when Dynamic Partitioning is enabled.`;
  }
  if (IntervalInSeconds !== undefined && IntervalInSeconds < INTERVAL_SECONDS_MIN) {
    yield `BufferingHints.IntervalInSeconds must be at least ${INTERVAL_SECONDS_MIN} seconds when Dynamic Partitioning is enabled.`;
  }
}
