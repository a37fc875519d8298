import { boolean, integer, list, oneOf, string, structure } from "../../protocol/shape.ts";

/** Shapes that several operations or destinations share (reference 1.3). */

export const deliveryStreamName = string({ min: 1, max: 64, pattern: "[a-zA-Z0-9_.-]+" });

export const deliveryStreamType = oneOf("DirectPut", "KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource");

export const destinationId = string({ min: 1, max: 100, pattern: "[a-zA-Z0-9-]+" });

export const roleArn = string({ min: 1, max: 512, pattern: "arn:.*:iam::\\d{12}:role/[a-zA-Z_0-9+=,.@\\-_/]+" });

export const kmsKeyArn = string({
  min: 1,
  max: 512,
  pattern: "arn:.*:kms:[a-zA-Z0-9\\-]+:\\d{12}:(key|alias)/[a-zA-Z_0-9+=,.@\\-_/]+",
});

export const nonEmptyString = string({ min: 1, max: 1024, pattern: "^(?!\\s*$).+" });

export const nonEmptyStringWithoutWhitespace = string({ min: 1, max: 1024, pattern: "^\\S+$" });

export const cloudWatchLoggingOptions = structure({
  Enabled: boolean(),
  LogGroupName: string({ min: 0, max: 512, pattern: "[\\.\\-_/#A-Za-z0-9]*" }),
  LogStreamName: string({ min: 0, max: 512, pattern: "[^:*]*" }),
});

export const retryOptions = structure({ DurationInSeconds: integer({ min: 0, max: 7200 }) });

/** Buffering of everything that is not S3; each destination has bounds of its own (reference 2.1). */
export const bufferingHints = (sizeMax: number, intervalMax: number) =>
  structure({
    SizeInMBs: integer({ min: 1, max: sizeMax }),
    IntervalInSeconds: integer({ min: 0, max: intervalMax }),
  });

export const processingConfiguration = structure({
  Enabled: boolean(),
  Processors: list(
    structure(
      {
        Type: oneOf(
          "RecordDeAggregation",
          "Decompression",
          "CloudWatchLogProcessing",
          "Lambda",
          "MetadataExtraction",
          "AppendDelimiterToRecord",
        ),
        Parameters: list(
          structure(
            {
              ParameterName: oneOf(
                "LambdaArn",
                "NumberOfRetries",
                "MetadataExtractionQuery",
                "JsonParsingEngine",
                "RoleArn",
                "BufferSizeInMBs",
                "BufferIntervalInSeconds",
                "SubRecordType",
                "Delimiter",
                "CompressionFormat",
                "DataMessageExtraction",
              ),
              ParameterValue: string({ min: 1, max: 5120, pattern: "^(?!\\s*$).+" }),
            },
            ["ParameterName", "ParameterValue"],
          ),
        ),
      },
      ["Type"],
    ),
  ),
});

export const secretsManagerConfiguration = structure(
  {
    SecretARN: string({
      min: 1,
      max: 2048,
      pattern: "arn:.*:secretsmanager:[a-zA-Z0-9\\-]+:\\d{12}:secret:[a-zA-Z0-9\\-/_+=.@!]+",
    }),
    RoleARN: roleArn,
    Enabled: boolean(),
  },
  ["Enabled"],
);

export const vpcConfiguration = structure(
  {
    SubnetIds: list(nonEmptyStringWithoutWhitespace, { min: 1, max: 16 }),
    RoleARN: roleArn,
    SecurityGroupIds: list(nonEmptyStringWithoutWhitespace, { min: 1, max: 5 }),
  },
  ["SubnetIds", "RoleARN", "SecurityGroupIds"],
);

/** Private endpoints of other accounts' services, as Snowflake and databases use them. */
export const vpcEndpointServiceName = string({
  min: 47,
  max: 255,
  pattern: "([a-zA-Z0-9\\-_]+\\.){2,3}vpce\\.[a-zA-Z0-9\\-]*\\.vpce-svc-[a-zA-Z0-9\\-]{17}$",
});

export const encryptionInput = structure(
  { KeyARN: kmsKeyArn, KeyType: oneOf("AWS_OWNED_CMK", "CUSTOMER_MANAGED_CMK") },
  ["KeyType"],
);

export const tagKey = string({ min: 1, max: 128, pattern: "^(?!aws:)[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$" });

const tagValue = string({ min: 0, max: 256, pattern: "^[\\p{L}\\p{Z}\\p{N}_.:\\/=+\\-@%]*$" });

export const tagList = list(structure({ Key: tagKey, Value: tagValue }, ["Key"]), { min: 1, max: 50 });
