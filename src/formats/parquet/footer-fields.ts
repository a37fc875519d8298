/** Ids of fields in Parquet's metadata (parquet.thrift), those that are looked at here. */

export const FILE_METADATA = { schema: 2, rows: 3, rowGroups: 4 } as const;

export const SCHEMA_ELEMENT = {
  type: 1,
  repetitionType: 3,
  name: 4,
  numChildren: 5,
  convertedType: 6,
  scale: 7,
  precision: 8,
  logicalType: 10,
} as const;

export const ROW_GROUP = { columns: 1, totalByteSize: 2, fileOffset: 5, totalCompressedSize: 6 } as const;

export const COLUMN_CHUNK = { fileOffset: 2, metadata: 3 } as const;

export const COLUMN_METADATA = {
  type: 1,
  codec: 4,
  totalUncompressedSize: 6,
  totalCompressedSize: 7,
  dataPageOffset: 9,
  dictionaryPageOffset: 11,
  statistics: 12,
  bloomFilterOffset: 14,
  bloomFilterLength: 15,
} as const;

/** Least and greatest value, in both versions of these fields, and whether they are exact. */
export const STATISTICS_BOUNDS = [1, 2, 5, 6, 7, 8] as const;

export const PAGE_HEADER = { type: 1, uncompressedSize: 2, compressedSize: 3, checksum: 4, dataPageHeader: 5 } as const;

export const DATA_PAGE_HEADER = { encoding: 2, statistics: 5 } as const;

/** Numbers of `Type`. */
export const INT64 = 2;
export const INT96 = 3;
