import { boolean, double, integer, list, map, oneOf, structure } from "../../protocol/shape.ts";
import { nonEmptyString, nonEmptyStringWithoutWhitespace } from "./common.ts";

/** DataFormatConversionConfiguration of the extended S3 destination (reference 6.1). */

const blockSizeBytes = integer({ min: 67_108_864 });
const proportion = double({ min: 0, max: 1 });

const openXJsonSerDe = structure({
  ConvertDotsInJsonKeysToUnderscores: boolean(),
  CaseInsensitive: boolean(),
  ColumnToJsonKeyMappings: map(nonEmptyString),
});

const parquetSerDe = structure({
  BlockSizeBytes: blockSizeBytes,
  PageSizeBytes: integer({ min: 65_536 }),
  Compression: oneOf("UNCOMPRESSED", "GZIP", "SNAPPY"),
  EnableDictionaryCompression: boolean(),
  MaxPaddingBytes: integer({ min: 0 }),
  WriterVersion: oneOf("V1", "V2"),
});

const orcSerDe = structure({
  StripeSizeBytes: integer({ min: 8_388_608 }),
  BlockSizeBytes: blockSizeBytes,
  RowIndexStride: integer({ min: 1000 }),
  EnablePadding: boolean(),
  PaddingTolerance: proportion,
  Compression: oneOf("NONE", "ZLIB", "SNAPPY"),
  BloomFilterColumns: list(nonEmptyStringWithoutWhitespace),
  BloomFilterFalsePositiveProbability: proportion,
  DictionaryKeyThreshold: proportion,
  FormatVersion: oneOf("V0_11", "V0_12"),
});

export const dataFormatConversionConfiguration = structure({
  SchemaConfiguration: structure({
    RoleARN: nonEmptyStringWithoutWhitespace,
    CatalogId: nonEmptyStringWithoutWhitespace,
    DatabaseName: nonEmptyStringWithoutWhitespace,
    TableName: nonEmptyStringWithoutWhitespace,
    Region: nonEmptyStringWithoutWhitespace,
    VersionId: nonEmptyStringWithoutWhitespace,
  }),
  InputFormatConfiguration: structure({
    Deserializer: structure({
      OpenXJsonSerDe: openXJsonSerDe,
      HiveJsonSerDe: structure({ TimestampFormats: list(nonEmptyString) }),
    }),
  }),
  OutputFormatConfiguration: structure({
    Serializer: structure({ ParquetSerDe: parquetSerDe, OrcSerDe: orcSerDe }),
  }),
  Enabled: boolean(),
});
