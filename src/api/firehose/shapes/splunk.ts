import { integer, oneOf, string, structure } from "../../protocol/shape.ts";
import {
  bufferingHints,
  cloudWatchLoggingOptions,
  processingConfiguration,
  retryOptions,
  secretsManagerConfiguration,
} from "./common.ts";
import { s3DestinationConfiguration, s3DestinationUpdate } from "./s3.ts";

/** Splunk (reference 2.5). */

const members = {
  HECEndpoint: string({ min: 0, max: 2048, pattern: ".*" }),
  HECEndpointType: oneOf("Raw", "Event"),
  HECToken: string({ min: 0, max: 2048, pattern: ".*" }),
  HECAcknowledgmentTimeoutInSeconds: integer({ min: 180, max: 600 }),
  RetryOptions: retryOptions,
  S3BackupMode: oneOf("FailedEventsOnly", "AllEvents"),
  ProcessingConfiguration: processingConfiguration,
  CloudWatchLoggingOptions: cloudWatchLoggingOptions,
  BufferingHints: bufferingHints(5, 60),
  SecretsManagerConfiguration: secretsManagerConfiguration,
} as const;

export const splunkDestinationConfiguration = structure({ ...members, S3Configuration: s3DestinationConfiguration }, [
  "HECEndpoint",
  "HECEndpointType",
  "S3Configuration",
]);

export const splunkDestinationUpdate = structure({ ...members, S3Update: s3DestinationUpdate });
