import { oneOf, string, structure } from "../../protocol/shape.ts";
import {
  cloudWatchLoggingOptions,
  processingConfiguration,
  retryOptions,
  roleArn,
  secretsManagerConfiguration,
} from "./common.ts";
import { s3DestinationConfiguration, s3DestinationUpdate } from "./s3.ts";

/** Redshift (reference 2.3). */

const members = {
  RoleARN: roleArn,
  ClusterJDBCURL: string({
    min: 1,
    max: 512,
    pattern:
      "jdbc:(redshift|postgresql)://((?!-)[A-Za-z0-9-]{1,63}(?<!-)\\.)+(redshift(-serverless)?)\\.([a-zA-Z0-9\\.\\-]+):\\d{1,5}/[a-zA-Z0-9_$-]+",
  }),
  CopyCommand: structure(
    {
      DataTableName: string({ min: 1, max: 512, pattern: ".*" }),
      DataTableColumns: string({ min: 0, max: 10_240, pattern: ".*" }),
      CopyOptions: string({ min: 0, max: 10_240, pattern: ".*" }),
    },
    ["DataTableName"],
  ),
  Username: string({ min: 1, max: 512, pattern: ".*" }),
  Password: string({ min: 6, max: 512, pattern: ".*" }),
  RetryOptions: retryOptions,
  ProcessingConfiguration: processingConfiguration,
  S3BackupMode: oneOf("Disabled", "Enabled"),
  CloudWatchLoggingOptions: cloudWatchLoggingOptions,
  SecretsManagerConfiguration: secretsManagerConfiguration,
} as const;

export const redshiftDestinationConfiguration = structure(
  { ...members, S3Configuration: s3DestinationConfiguration, S3BackupConfiguration: s3DestinationConfiguration },
  ["RoleARN", "ClusterJDBCURL", "CopyCommand", "S3Configuration"],
);

export const redshiftDestinationUpdate = structure({
  ...members,
  S3Update: s3DestinationUpdate,
  S3BackupUpdate: s3DestinationUpdate,
});
