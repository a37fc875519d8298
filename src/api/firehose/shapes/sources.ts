import { integer, list, oneOf, string, structure, timestamp } from "../../protocol/shape.ts";
import {
  nonEmptyStringWithoutWhitespace,
  roleArn,
  secretsManagerConfiguration,
  vpcEndpointServiceName,
} from "./common.ts";

/** Where a stream's records come from (reference 3). */

export const directPutSourceConfiguration = structure({ ThroughputHintInMBs: integer({ min: 1, max: 100 }) }, [
  "ThroughputHintInMBs",
]);

export const kinesisStreamSourceConfiguration = structure(
  {
    KinesisStreamARN: string({
      min: 1,
      max: 512,
      pattern: "arn:.*:kinesis:[a-zA-Z0-9\\-]+:\\d{12}:stream/[a-zA-Z0-9_.-]+",
    }),
    RoleARN: roleArn,
  },
  ["KinesisStreamARN", "RoleARN"],
);

export const mskSourceConfiguration = structure(
  {
    MSKClusterARN: string({ min: 1, max: 512, pattern: "arn:.*" }),
    TopicName: string({ min: 1, max: 255, pattern: "[a-zA-Z0-9\\\\._\\\\-]+" }),
    AuthenticationConfiguration: structure({ RoleARN: roleArn, Connectivity: oneOf("PUBLIC", "PRIVATE") }, [
      "RoleARN",
      "Connectivity",
    ]),
    ReadFromTimestamp: timestamp(),
  },
  ["MSKClusterARN", "TopicName", "AuthenticationConfiguration"],
);

const databaseName = string({ min: 1, max: 64, pattern: "[\\u0001-\\uFFFF]*" });
const tableName = string({ min: 1, max: 129, pattern: "[\\u0001-\\uFFFF]*" });
const columnName = string({ min: 1, max: 194, pattern: "[\\u0001-\\uFFFF]*" });

export const databaseSourceConfiguration = structure(
  {
    Type: oneOf("MySQL", "PostgreSQL"),
    Endpoint: string({ min: 1, max: 255, pattern: "^(?!\\s*$).+" }),
    Port: integer({ min: 0, max: 65_535 }),
    SSLMode: oneOf("Disabled", "Enabled"),
    Databases: structure({ Include: list(databaseName), Exclude: list(databaseName) }),
    Tables: structure({ Include: list(tableName), Exclude: list(tableName) }),
    Columns: structure({ Include: list(columnName), Exclude: list(columnName) }),
    SurrogateKeys: list(nonEmptyStringWithoutWhitespace),
    SnapshotWatermarkTable: tableName,
    DatabaseSourceAuthenticationConfiguration: structure({ SecretsManagerConfiguration: secretsManagerConfiguration }, [
      "SecretsManagerConfiguration",
    ]),
    DatabaseSourceVPCConfiguration: structure({ VpcEndpointServiceName: vpcEndpointServiceName }, [
      "VpcEndpointServiceName",
    ]),
  },
  [
    "Type",
    "Endpoint",
    "Port",
    "Databases",
    "Tables",
    "SnapshotWatermarkTable",
    "DatabaseSourceAuthenticationConfiguration",
    "DatabaseSourceVPCConfiguration",
  ],
);
