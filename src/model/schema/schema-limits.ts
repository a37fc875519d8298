/** Digits of a decimal (Hive, Glue: `decimal(p,s)` with p ≤ 38), and the precision that `decimal` alone has in Hive. */
export const DECIMAL_PRECISION_MAX = 38;
export const DECIMAL_PRECISION_DEFAULT = 10;

/** Characters of `varchar(n)` and `char(n)` (Hive language manual, types). */
export const VARCHAR_LENGTH_MAX = 65_535;
export const CHAR_LENGTH_MAX = 255;

/** Levels of arrays, maps and structs inside a column: deep enough for any data, shallow enough for any recursion. */
export const TYPE_DEPTH_MAX = 64;

/** Columns of a table, fields of a struct. 10,000 columns have to work; the rest is room. */
export const COLUMNS_MAX = 20_000;

/** Types of a whole schema, nested ones counted: what a hostile text or record may make us build. */
export const TYPES_MAX = 100_000;

/** Characters of a column's name (Glue API, NameString). */
export const COLUMN_NAME_LENGTH_MAX = 255;

/** Characters of a type's text (Glue API, ColumnTypeString). */
export const TYPE_TEXT_LENGTH_MAX = 131_072;
