/**
 * Typed rows: what every format that has columns writes. A row is made of cells in the order of the schema's columns; a
 * format knows from the column's type how to look at a cell.
 *
 * | type | cell |
 * | --- | --- |
 * | boolean | `boolean` |
 * | tinyint, smallint, int | `number`, whole and within the type's range |
 * | bigint | `number` where it is a safe integer, `bigint` beyond |
 * | float, double | `number`; float is rounded to 32 bits already; may be NaN or infinite |
 * | decimal(p,s) | `bigint`, the value times 10^s |
 * | string, varchar, char | `string`, well-formed Unicode |
 * | binary | `Buffer` |
 * | timestamp | `TimestampCell` |
 * | date | `number` of days since 1970-01-01 |
 * | array | `ArrayCell` of elements |
 * | map | `MapCell`, keys in the order of the record, none twice |
 * | struct | `StructCell`, cells in the order of the fields |
 *
 * `null` stands for a value that is absent, everywhere but as the key of a map.
 */
export type Cell = null | boolean | number | bigint | string | Buffer | TimestampCell | ArrayCell | MapCell;

export type Row = readonly Cell[];

/** Elements of an array, or the cells of a struct. */
export type ArrayCell = readonly Cell[];
export type StructCell = ArrayCell;

export interface MapCell {
  readonly keys: readonly Cell[];
  readonly values: readonly Cell[];
}

/** A point in time, or the wall clock of somebody who does not say where: Hive's timestamp has no zone. */
export interface TimestampCell {
  /** Whole seconds since 1970-01-01T00:00:00, rounded down. */
  readonly epochSeconds: number;
  /** 0 to 999,999,999. */
  readonly nanos: number;
}

/** The rows of one record, or why it has none. A record is taken whole or not at all. */
export type RowsOrReject =
  | { readonly rows: readonly Row[]; readonly reject?: never }
  | { readonly rows?: never; readonly reject: RowReject };

export interface RowReject {
  readonly code: RowRejectCode;
  readonly message: string;
}

/** Codes of error records (reference 6.2): no JSON at all, and JSON that is none of the schema's. */
export type RowRejectCode = "DataFormatConversion.ParseError" | "DataFormatConversion.MalformedData";
