import { list, oneOf, string, structure } from "../../protocol/shape.ts";
import {
  bufferingHints,
  cloudWatchLoggingOptions,
  processingConfiguration,
  retryOptions,
  roleArn,
  secretsManagerConfiguration,
} from "./common.ts";
import { s3DestinationConfiguration, s3DestinationUpdate } from "./s3.ts";

/** HttpEndpoint (reference 2.6). */

const commonAttribute = structure(
  {
    AttributeName: string({ min: 1, max: 256, pattern: "^(?!\\s*$).+" }),
    AttributeValue: string({ min: 0, max: 1024, pattern: ".*" }),
  },
  ["AttributeName", "AttributeValue"],
);

const members = {
  EndpointConfiguration: structure(
    {
      Url: string({ min: 1, max: 1000, pattern: "https://.*" }),
      Name: string({ min: 1, max: 256, pattern: "^(?!\\s*$).+" }),
      AccessKey: string({ min: 0, max: 4096, pattern: ".*" }),
    },
    ["Url"],
  ),
  BufferingHints: bufferingHints(64, 900),
  CloudWatchLoggingOptions: cloudWatchLoggingOptions,
  RequestConfiguration: structure({
    ContentEncoding: oneOf("NONE", "GZIP"),
    CommonAttributes: list(commonAttribute, { min: 0, max: 50 }),
  }),
  ProcessingConfiguration: processingConfiguration,
  RoleARN: roleArn,
  RetryOptions: retryOptions,
  S3BackupMode: oneOf("FailedDataOnly", "AllData"),
  SecretsManagerConfiguration: secretsManagerConfiguration,
} as const;

export const httpEndpointDestinationConfiguration = structure(
  { ...members, S3Configuration: s3DestinationConfiguration },
  ["EndpointConfiguration", "S3Configuration"],
);

export const httpEndpointDestinationUpdate = structure({ ...members, S3Update: s3DestinationUpdate });
