import type { ExtendedS3Configuration } from "../wire-types.ts";
import { type Allowances, NO_ALLOWANCES } from "./allowances.ts";
import type { Problems } from "./problems.ts";

/** Reference 6.1. */
const SIZE_MB_MIN = 64;

/** A configuration without `Enabled` is switched on. */
export function isConverting(destination: Pick<ExtendedS3Configuration, "DataFormatConversionConfiguration">): boolean {
  const conversion = destination.DataFormatConversionConfiguration;
  return conversion !== undefined && conversion.Enabled !== false;
}

/** In AWS's order: compression, buffer size, then missing members. A conversion that is switched off is not checked. */
export function* conversionProblems(
  destination: ExtendedS3Configuration,
  { relaxedLimits }: Allowances = NO_ALLOWANCES,
): Problems {
  if (!isConverting(destination)) return;
  if ((destination.CompressionFormat ?? "UNCOMPRESSED") !== "UNCOMPRESSED") {
    yield "The S3 destination's compression format must be set to UNCOMPRESSED when data format conversion is enabled. To enable compression within the converted output format, set the appropriate serialization option in the output format configuration.";
  }
  const size = destination.BufferingHints?.SizeInMBs;
  if (size !== undefined && size < SIZE_MB_MIN && !relaxedLimits) {
    yield `BufferingHints.SizeInMBs must be at least ${SIZE_MB_MIN} when data format conversion is enabled.`;
  }
  const conversion = destination.DataFormatConversionConfiguration;
  const schema = conversion?.SchemaConfiguration;
  const deserializer = conversion?.InputFormatConfiguration?.Deserializer;
  const serializer = conversion?.OutputFormatConfiguration?.Serializer;
  if (conversion?.InputFormatConfiguration === undefined) yield "InputFormatConfiguration must not be null";
  if (conversion?.OutputFormatConfiguration === undefined) yield "OutputFormatConfiguration must not be null";
  if (schema === undefined) yield "SchemaConfiguration must not be null";
  if (countOf(deserializer) === 0) yield "Deserializer must not be null";
  if (countOf(serializer) === 0) yield "Serializer must not be null";
  if (countOf(deserializer) > 1) yield "More than one deserializer specified. Only one may be chosen.";
  if (countOf(serializer) > 1) yield "More than one serializer specified. Only one may be chosen.";
  if (schema?.RoleARN === undefined) yield "SchemaConfiguration.RoleArn must not be null or empty";
  if (schema?.DatabaseName === undefined) yield "SchemaConfiguration.DatabaseName must not be null or empty";
  if (schema?.TableName === undefined) yield "SchemaConfiguration.TableName must not be null or empty";
}

function countOf(choice: object | undefined): number {
  return choice === undefined ? 0 : Object.keys(choice).length;
}
