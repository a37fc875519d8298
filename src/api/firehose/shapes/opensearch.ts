import { oneOf, string, structure } from "../../protocol/shape.ts";
import {
  bufferingHints,
  cloudWatchLoggingOptions,
  processingConfiguration,
  retryOptions,
  roleArn,
  vpcConfiguration,
} from "./common.ts";
import { s3DestinationConfiguration, s3DestinationUpdate } from "./s3.ts";

/** Elasticsearch, Amazonopensearchservice and AmazonOpenSearchServerless (reference 2.4). */

const endpoint = string({ min: 1, max: 512, pattern: "https:.*" });

const serverlessMembers = {
  RoleARN: roleArn,
  CollectionEndpoint: endpoint,
  IndexName: string({ min: 1, max: 80, pattern: ".*" }),
  BufferingHints: bufferingHints(100, 900),
  RetryOptions: retryOptions,
  ProcessingConfiguration: processingConfiguration,
  CloudWatchLoggingOptions: cloudWatchLoggingOptions,
} as const;

const { CollectionEndpoint: _, ...clusterMembers } = serverlessMembers;

const domainMembers = {
  ...clusterMembers,
  DomainARN: string({ min: 1, max: 512, pattern: "arn:.*:es:[a-zA-Z0-9\\-]+:\\d{12}:domain/[a-z][-0-9a-z]{2,27}" }),
  ClusterEndpoint: endpoint,
  TypeName: string({ min: 0, max: 100, pattern: ".*" }),
  IndexRotationPeriod: oneOf("NoRotation", "OneHour", "OneDay", "OneWeek", "OneMonth"),
  DocumentIdOptions: structure({ DefaultDocumentIdFormat: oneOf("FIREHOSE_DEFAULT", "NO_DOCUMENT_ID") }, [
    "DefaultDocumentIdFormat",
  ]),
} as const;

/** What may be given at creation only. */
const creationMembers = {
  S3BackupMode: oneOf("FailedDocumentsOnly", "AllDocuments"),
  S3Configuration: s3DestinationConfiguration,
  VpcConfiguration: vpcConfiguration,
} as const;

/** Elasticsearch and Amazonopensearchservice have the same members. */
export const openSearchDestinationConfiguration = structure({ ...domainMembers, ...creationMembers }, [
  "RoleARN",
  "IndexName",
  "S3Configuration",
]);

export const openSearchDestinationUpdate = structure({ ...domainMembers, S3Update: s3DestinationUpdate });

export const serverlessDestinationConfiguration = structure({ ...serverlessMembers, ...creationMembers }, [
  "RoleARN",
  "IndexName",
  "S3Configuration",
]);

export const serverlessDestinationUpdate = structure({ ...serverlessMembers, S3Update: s3DestinationUpdate });
