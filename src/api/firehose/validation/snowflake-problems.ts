import type { SnowflakeConfiguration } from "../wire-types.ts";
import type { Problems } from "./problems.ts";
import { processorProblems } from "./processor-problems.ts";
import { s3Problems } from "./s3-problems.ts";

export function* snowflakeProblems(destination: SnowflakeConfiguration, before?: SnowflakeConfiguration): Problems {
  if (destination.SecretsManagerConfiguration?.Enabled !== true) {
    if (destination.User === undefined) yield "User must be provided.";
    if (destination.PrivateKey === undefined) yield "PrivateKey must be provided.";
  }
  const { ContentColumnName, MetaDataColumnName, SnowflakeRoleConfiguration: role } = destination;
  const option = destination.DataLoadingOption ?? "JSON_MAPPING";
  const hasBoth = ContentColumnName !== undefined && MetaDataColumnName !== undefined;
  if (option === "VARIANT_CONTENT_AND_METADATA_MAPPING" && !hasBoth) {
    yield "Must provide ContentColumnName and MetadataColumnName when Data Loading Option is VARIANT_CONTENT_AND_METADATA_MAPPING.";
  }
  if (option === "JSON_MAPPING" && (ContentColumnName !== undefined || MetaDataColumnName !== undefined)) {
    yield "ContentColumnName and MetadataColumnName must not be provided when Data Loading Option is JSON_MAPPING.";
  }
  if (role?.Enabled === true && role.SnowflakeRole === undefined) {
    yield "SnowflakeRole must be provided when SnowflakeRoleConfiguration is enabled.";
  }
  yield* s3Problems(destination.S3Configuration);
  yield* processorProblems(destination, before);
}
