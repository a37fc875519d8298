import { boolean, oneOf, string, structure } from "../../protocol/shape.ts";
import {
  bufferingHints,
  cloudWatchLoggingOptions,
  processingConfiguration,
  retryOptions,
  roleArn,
  secretsManagerConfiguration,
  vpcEndpointServiceName,
} from "./common.ts";
import { s3DestinationConfiguration, s3DestinationUpdate } from "./s3.ts";

/** Snowflake (reference 2.7). */

const identifier = string({ min: 1, max: 255 });

const members = {
  AccountUrl: string({ min: 24, max: 2048, pattern: ".+?\\.snowflakecomputing\\.com" }),
  PrivateKey: string({
    min: 256,
    max: 4096,
    pattern: "^(?:[A-Za-z0-9+\\/]{4})*(?:[A-Za-z0-9+\\/]{2}==|[A-Za-z0-9+\\/]{3}=)?$",
  }),
  KeyPassphrase: string({ min: 7, max: 255 }),
  User: identifier,
  Database: identifier,
  Schema: identifier,
  Table: identifier,
  SnowflakeRoleConfiguration: structure({ Enabled: boolean(), SnowflakeRole: identifier }),
  DataLoadingOption: oneOf("JSON_MAPPING", "VARIANT_CONTENT_MAPPING", "VARIANT_CONTENT_AND_METADATA_MAPPING"),
  MetaDataColumnName: identifier,
  ContentColumnName: identifier,
  CloudWatchLoggingOptions: cloudWatchLoggingOptions,
  ProcessingConfiguration: processingConfiguration,
  RoleARN: roleArn,
  RetryOptions: retryOptions,
  S3BackupMode: oneOf("FailedDataOnly", "AllData"),
  SecretsManagerConfiguration: secretsManagerConfiguration,
  BufferingHints: bufferingHints(128, 900),
} as const;

export const snowflakeDestinationConfiguration = structure(
  {
    ...members,
    SnowflakeVpcConfiguration: structure({ PrivateLinkVpceId: vpcEndpointServiceName }, ["PrivateLinkVpceId"]),
    S3Configuration: s3DestinationConfiguration,
  },
  ["AccountUrl", "Database", "Schema", "Table", "RoleARN", "S3Configuration"],
);

export const snowflakeDestinationUpdate = structure({ ...members, S3Update: s3DestinationUpdate });
