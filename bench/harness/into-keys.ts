/** Settings of a stream into more partitions than AWS allows unasked. */
export const MANY_KEYS = { "partitions-max": 10_000 };

/** A destination partitioned by content, whose records fall into `keys` partitions in turn: the same work for any number. */
export function intoKeys(keys: number): Readonly<Record<string, unknown>> {
  const parameters = { MetadataExtractionQuery: `{k: (.id % ${keys})}`, JsonParsingEngine: "JQ-1.6" };
  return {
    Prefix: "k=!{partitionKeyFromQuery:k}/",
    ErrorOutputPrefix: "errors/!{firehose:error-output-type}/",
    DynamicPartitioningConfiguration: { Enabled: true },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: "MetadataExtraction",
          Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
            ParameterName,
            ParameterValue,
          })),
        },
      ],
    },
  };
}
