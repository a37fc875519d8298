import { boolean, list, oneOf, string, structure } from "../../protocol/shape.ts";
import {
  cloudWatchLoggingOptions,
  nonEmptyStringWithoutWhitespace,
  processingConfiguration,
  retryOptions,
  roleArn,
} from "./common.ts";
import { errorOutputPrefix, s3BufferingHints, s3DestinationConfiguration } from "./s3.ts";

/** Iceberg (reference 2.8). Its update calls the S3 part `S3Configuration` as its creation does; all others say `S3Update`. */

const tableName = string({ min: 1, max: 255, pattern: "[a-zA-Z0-9\\._]+" });

const destinationTable = structure(
  {
    DestinationTableName: tableName,
    DestinationDatabaseName: tableName,
    UniqueKeys: list(nonEmptyStringWithoutWhitespace),
    PartitionSpec: structure({
      Identity: list(structure({ SourceName: nonEmptyStringWithoutWhitespace }, ["SourceName"])),
    }),
    S3ErrorOutputPrefix: errorOutputPrefix,
  },
  ["DestinationTableName", "DestinationDatabaseName"],
);

const members = {
  DestinationTableConfigurationList: list(destinationTable),
  SchemaEvolutionConfiguration: structure({ Enabled: boolean() }, ["Enabled"]),
  TableCreationConfiguration: structure({ Enabled: boolean() }, ["Enabled"]),
  BufferingHints: s3BufferingHints,
  CloudWatchLoggingOptions: cloudWatchLoggingOptions,
  ProcessingConfiguration: processingConfiguration,
  S3BackupMode: oneOf("FailedDataOnly", "AllData"),
  RetryOptions: retryOptions,
  RoleARN: roleArn,
  AppendOnly: boolean(),
  CatalogConfiguration: structure({
    CatalogARN: string({
      min: 1,
      max: 512,
      pattern: "arn:.*:glue:.*:\\d{12}:catalog(?:(/[a-z0-9_-]+){1,2})?",
    }),
    WarehouseLocation: string({ min: 1, max: 2048, pattern: "s3:\\/\\/.*" }),
  }),
  S3Configuration: s3DestinationConfiguration,
} as const;

export const icebergDestinationConfiguration = structure(members, [
  "RoleARN",
  "CatalogConfiguration",
  "S3Configuration",
]);

export const icebergDestinationUpdate = structure(members);
