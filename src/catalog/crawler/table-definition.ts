import type { ReadableCompression } from "../../formats/compression/decompress.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { formatHiveType } from "../../model/schema/hive-type.ts";
import { locationText } from "../location.ts";
import type { StorageDescriptor, TableColumn, TableDefinition, TextMap } from "../table.ts";
import type { ContentForm } from "./content.ts";
import type { FoundTable } from "./found-table.ts";
import { LOG_PATTERNS } from "./log-sample.ts";

/** Whose table it is: only a table that says so is deprecated or deleted by its crawler (Glue's word). */
export const UPDATED_BY = "UPDATED_BY_CRAWLER";

/** When its files were found to be gone, in epoch milliseconds (Glue's word). */
export const DEPRECATED_BY = "DEPRECATED_BY_CRAWLER";

export const AVRO_SCHEMA = "avro.schema.literal";

/** The definition of a table that was not there yet, in words that Athena, Hive and Spark understand. */
export function tableDefinition(name: string, found: FoundTable, crawler: string): TableDefinition {
  const { form, compression, columns, keys } = found;
  return {
    name,
    tableType: "EXTERNAL_TABLE",
    storageDescriptor: {
      ...storageOf(form, compression),
      columns: tableColumns(columns),
      location: locationText(found),
    },
    partitionKeys: keys.map((key) => ({ name: key, type: "string" })),
    parameters: { ...tableParameters(form, compression), [UPDATED_BY]: crawler },
  };
}

export function tableColumns(columns: readonly Column[]): readonly TableColumn[] {
  return columns.map(({ name, type }) => ({ name, type: formatHiveType(type) }));
}

export function tableParameters(form: ContentForm, compression: ReadableCompression): TextMap {
  return {
    classification: CLASSIFICATIONS[form.format],
    compressionType: COMPRESSION_NAMES[compression],
    typeOfData: "file",
    ...(form.format === "csv" && {
      areColumnsQuoted: String(form.quoted),
      delimiter: form.delimiter,
      ...(form.header && { "skip.header.line.count": "1" }),
    }),
    ...(form.format === "avro" && { [AVRO_SCHEMA]: form.schema }),
  };
}

export function storageOf(form: ContentForm, compression: ReadableCompression): StorageDescriptor {
  const { inputFormat, outputFormat } = FILE_FORMATS[form.format];
  return { inputFormat, outputFormat, compressed: compression !== "none", serdeInfo: serdeOf(form) };
}

const CLASSIFICATIONS: Readonly<Record<ContentForm["format"], string>> = {
  avro: "avro",
  csv: "csv",
  json: "json",
  log: "apache_log",
  orc: "orc",
  parquet: "parquet",
  "sequence-file": "sequencefile",
};

/** In Glue's words, where it has one. */
const COMPRESSION_NAMES: Readonly<Record<ReadableCompression, string>> = {
  bzip2: "bzip2",
  gzip: "gzip",
  "hadoop-snappy": "snappy",
  lz4: "lz4",
  none: "none",
  snappy: "snappy",
  "snappy-framed": "snappy",
  xz: "xz",
  zip: "zip",
  zstd: "zstd",
};

interface FileFormats {
  readonly inputFormat: string;
  readonly outputFormat: string;
}

const TEXT: FileFormats = {
  inputFormat: "org.apache.hadoop.mapred.TextInputFormat",
  outputFormat: "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
};

const FILE_FORMATS: Readonly<Record<ContentForm["format"], FileFormats>> = {
  avro: {
    inputFormat: "org.apache.hadoop.hive.ql.io.avro.AvroContainerInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.avro.AvroContainerOutputFormat",
  },
  csv: TEXT,
  json: TEXT,
  log: TEXT,
  orc: {
    inputFormat: "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
  },
  parquet: {
    inputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
  },
  "sequence-file": {
    inputFormat: "org.apache.hadoop.mapred.SequenceFileInputFormat",
    outputFormat: "org.apache.hadoop.hive.ql.io.HiveSequenceFileOutputFormat",
  },
};

function serdeOf(form: ContentForm): NonNullable<StorageDescriptor["serdeInfo"]> {
  switch (form.format) {
    case "json":
      return {
        serializationLibrary: "org.openx.data.jsonserde.JsonSerDe",
        parameters: { "serialization.format": "1" },
      };
    case "csv":
      return form.quoted ? quotedCsvSerde(form.delimiter) : delimitedSerde(form.delimiter);
    case "log":
      return {
        serializationLibrary: "org.apache.hadoop.hive.serde2.RegexSerDe",
        parameters: { "input.regex": LOG_PATTERNS[form.pattern], "serialization.format": "1" },
      };
    case "parquet":
      return {
        serializationLibrary: "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
        parameters: { "serialization.format": "1" },
      };
    case "orc":
      return {
        serializationLibrary: "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
        parameters: { "serialization.format": "1" },
      };
    case "avro":
      return {
        serializationLibrary: "org.apache.hadoop.hive.serde2.avro.AvroSerDe",
        parameters: { "serialization.format": "1", [AVRO_SCHEMA]: form.schema },
      };
    case "sequence-file":
      return delimitedSerde("\x01");
  }
}

function delimitedSerde(delimiter: string) {
  return {
    serializationLibrary: "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
    parameters: { "field.delim": delimiter, "serialization.format": delimiter },
  };
}

/** LazySimpleSerDe leaves quotes in the values. */
function quotedCsvSerde(delimiter: string) {
  return {
    serializationLibrary: "org.apache.hadoop.hive.serde2.OpenCSVSerde",
    parameters: { separatorChar: delimiter, quoteChar: '"', "serialization.format": "1" },
  };
}
