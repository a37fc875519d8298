/** What STORED AS stands for: Hive's classes. */
export interface TableFormat {
  readonly inputFormat: string;
  readonly outputFormat: string;
  /** The SerDe that goes with it where none is named; absent: that of delimited text. */
  readonly library?: string;
}

export const LAZY_SIMPLE_SERDE = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe";

export const HIVE_JSON_SERDE = "org.apache.hive.hcatalog.data.JsonSerDe";

export const TEXT_FORMAT: TableFormat = {
  inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
};

/** By the word after STORED AS, in lower case. */
export const FORMATS: ReadonlyMap<string, TableFormat> = new Map([
  [
    "avro",
    {
      inputFormat: "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
      library: "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
    },
  ],
  [
    "orc",
    {
      inputFormat: "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
      library: "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
    },
  ],
  [
    "parquet",
    {
      inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
      library: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
    },
  ],
  [
    "sequencefile",
    {
      inputFormat: "org.apache.hadoop.mapred.SequenceFileInputFormat",
      outputFormat: "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
    },
  ],
  ["textfile", TEXT_FORMAT],
]);
