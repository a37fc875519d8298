import type { TextMap } from "../../catalog/table.ts";
import { duckdbType, sqlName, sqlText } from "../../formats/parquet/duckdb-type.ts";
import type { Column, ColumnType } from "../../model/schema/column-type.ts";

/**
 * Values inside a field of delimited text, as Hive's LazySimpleSerDe writes them: each level of nesting has a delimiter of
 * its own, a map two (between its pairs, and between key and value).
 *
 *     a,b                  array<string>            with , for collections
 *     k:1,l:2              map<string,int>          and : for keys of maps
 */
export function lazyDelimiters(parameters: TextMap): readonly string[] {
  const { "field.delim": field, "serialization.format": format, "collection.delim": collection } = parameters;
  const first = delimiter(field ?? format, "\x01");
  // The misspelt name is Hive's own, and stands in metastores.
  const second = delimiter(collection ?? parameters["colelction.delim"], "\x02");
  return [first, second, delimiter(parameters["mapkey.delim"], "\x03"), ...FIXED];
}

const FIXED = ["\x04", "\x05", "\x06", "\x07", "\x08"];

/** Hive takes a number for the code of a character, which is what its writers give where nobody chose one. */
function delimiter(text: string | undefined, otherwise: string): string {
  if (text === undefined || text === "") return otherwise;
  return /^\d{1,3}$/.test(text) ? String.fromCharCode(Number(text) & 0x7f) : text;
}

export interface LazyText {
  readonly delimiters: readonly string[];
  readonly nullText: string;
}

/** The value in a text, as SQL; `level` says which delimiter is next. What is no number where one should be is null. */
export function lazyValue(text: string, type: ColumnType, { delimiters, nullText }: LazyText, level = 1): string {
  const within = { delimiters, nullText };
  const sign = (place: number) => sqlText(delimiters[place] ?? "\x08");
  const split = `CASE WHEN ${text} = '' THEN [] ELSE string_split(${text}, ${sign(level)}) END`;
  const part = (value: string, one: ColumnType, at: number) =>
    lazyValue(`nullif(${value}, ${sqlText(nullText)})`, one, within, at);
  const variable = `e${level}`;
  switch (type.kind) {
    case "string":
    case "varchar":
    case "char":
      return text;
    case "binary":
      return `encode(${text})`;
    case "array":
      return `list_transform(${split}, lambda ${variable}: ${part(variable, type.element, level + 1)})`;
    case "struct":
      return structValue(`string_split(${text}, ${sign(level)})`, type.fields, text, (value, one) =>
        part(value, one, level + 1),
      );
    case "map": {
      const key = part(`string_split(${variable}, ${sign(level + 1)})[1]`, type.key, level + 2);
      const start = `strpos(${variable}, ${sign(level + 1)})`;
      const rest = `CASE WHEN ${start} > 0 THEN substr(${variable}, ${start} + 1) END`;
      const pair = `{'k': ${key}, 'v': ${part(`(${rest})`, type.value, level + 2)}}`;
      return mapOf(`list_transform(${split}, lambda ${variable}: ${pair})`, level);
    }
    default:
      return `TRY_CAST(${text} AS ${duckdbType(type)})`;
  }
}

function structValue(
  parts: string,
  fields: readonly Column[],
  text: string,
  convert: (value: string, type: ColumnType) => string,
): string {
  const members = fields.map(
    ({ name, type }, index) => `${sqlName(name)} := ${convert(`${parts}[${index + 1}]`, type)}`,
  );
  return `CASE WHEN ${text} IS NOT NULL THEN struct_pack(${members.join(", ")}) END`;
}

/** Of pairs whose key comes again the first counts, as in Hive. The list of pairs is written once, however deep it stands. */
function mapOf(pairs: string, level: number): string {
  const [all, one, place, other] = ["all", "one", "place", "other"].map((name) => `${name}${level}`);
  const keys = `list_transform(${all}, lambda ${other}: ${other}.k)`;
  const first = `${one}.k IS NOT NULL AND list_position(${keys}, ${one}.k) = ${place}`;
  const kept = `list_filter(${all}, lambda ${one}, ${place}: ${first})`;
  return `list_transform([${pairs}], lambda ${all}: map_from_entries(${kept}))[1]`;
}
