import { boolean, oneOf, string, structure } from "../../protocol/shape.ts";
import {
  bufferingHints,
  cloudWatchLoggingOptions,
  kmsKeyArn,
  processingConfiguration,
  retryOptions,
  roleArn,
} from "./common.ts";
import { dataFormatConversionConfiguration } from "./format-conversion.ts";

/** S3 and ExtendedS3 (reference 2.2), and the S3 part that every other destination has for backup and errors. */

export const s3BufferingHints = bufferingHints(128, 900);
export const errorOutputPrefix = string({ min: 0, max: 1024, pattern: ".*" });

const s3Members = {
  RoleARN: roleArn,
  BucketARN: string({ min: 1, max: 2048, pattern: "arn:.*:s3:::[\\w\\.\\-]{1,255}" }),
  Prefix: string({ min: 0, max: 1024, pattern: ".*" }),
  ErrorOutputPrefix: errorOutputPrefix,
  BufferingHints: s3BufferingHints,
  CompressionFormat: oneOf("ZIP", "HADOOP_SNAPPY", "Snappy", "GZIP", "UNCOMPRESSED"),
  EncryptionConfiguration: structure({
    NoEncryptionConfig: oneOf("NoEncryption"),
    KMSEncryptionConfig: structure({ AWSKMSKeyARN: kmsKeyArn }, ["AWSKMSKeyARN"]),
  }),
  CloudWatchLoggingOptions: cloudWatchLoggingOptions,
} as const;

const extendedMembers = {
  ...s3Members,
  ProcessingConfiguration: processingConfiguration,
  S3BackupMode: oneOf("Disabled", "Enabled"),
  DataFormatConversionConfiguration: dataFormatConversionConfiguration,
  DynamicPartitioningConfiguration: structure({ RetryOptions: retryOptions, Enabled: boolean() }),
  FileExtension: string({ min: 0, max: 128, pattern: "^$|\\.[0-9a-z!\\-_.*'()]+" }),
  CustomTimeZone: string({ min: 0, max: 50, pattern: "^$|[a-zA-Z/_]+" }),
} as const;

export const s3DestinationConfiguration = structure(s3Members, ["RoleARN", "BucketARN"]);

export const s3DestinationUpdate = structure(s3Members);

export const extendedS3DestinationConfiguration = structure(
  { ...extendedMembers, S3BackupConfiguration: s3DestinationConfiguration },
  ["RoleARN", "BucketARN"],
);

export const extendedS3DestinationUpdate = structure({ ...extendedMembers, S3BackupUpdate: s3DestinationUpdate });
