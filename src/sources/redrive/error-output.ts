import type { DeliveryDefinition, ObjectNaming } from "../../model/delivery-definition.ts";
import { type PrefixTemplate, parsePrefixes } from "../../model/prefix-template.ts";

/** All values of `!{firehose:error-output-type}` (reference 5.3), and spellings that AWS has used. */
const ERROR_TYPES: readonly string[] = [
  "processing-failed",
  "format-conversion-failed",
  "decompression-failed",
  "AmazonOpenSearchService-failed",
  "AmazonOpenSearchService_failed",
  "elasticsearch-failed",
  "splunk-failed",
  "http-endpoint-failed",
  "snowflake-failed",
  "iceberg-failed",
];

/** One of these is in every error key of a delivery: targets that AWS does not know have a type of their own. */
export function errorTypesOf({ errorType }: Pick<DeliveryDefinition, "errorType">): readonly string[] {
  return errorType === undefined ? ERROR_TYPES : [...new Set([...ERROR_TYPES, errorType])];
}

/**
 * The key prefixes below which the error output of a definition lies: what its error prefix is before the first part that
 * depends on time or chance, once for each error type. None is contained in another.
 */
export function errorOutputPrefixes(naming: ObjectNaming, errorTypes = ERROR_TYPES): readonly string[] {
  const template = parsePrefixes(naming).errorPrefix;
  if (template === undefined) return [];
  const starts = [...new Set(errorTypes.map((errorType) => literalStart(template, errorType)))].sort();
  return starts.filter((start) => !starts.some((other) => other !== start && start.startsWith(other)));
}

function literalStart(template: PrefixTemplate, errorType: string): string {
  let start = "";
  for (const part of [...template.parts, ...template.implicitParts]) {
    if (part.kind === "literal") start += part.text;
    else if (part.kind === "error-output-type") start += errorType;
    else break;
  }
  return start;
}
