import type { ReadableCompression } from "../../formats/compression/decompress.ts";
import type { Column } from "../../model/schema/column-type.ts";

/** What the crawler found in one object, told from its bytes alone. */
export interface Content {
  readonly compression: ReadableCompression;
  readonly form: ContentForm;
  /** Names in lower case. Empty where the format tells none. */
  readonly columns: readonly Column[];
  /** What readers may stumble over. */
  readonly warnings: readonly string[];
}

export type ContentForm =
  | { readonly format: "json"; readonly layout: JsonLayout }
  | CsvForm
  | { readonly format: "log"; readonly pattern: LogPattern }
  | { readonly format: "parquet" }
  | { readonly format: "orc" }
  | { readonly format: "avro"; readonly schema: string }
  | { readonly format: "sequence-file" };

/**
 * `lines`: one document per line. `glued`: several on a line, with nothing or blanks between. `array`: elements of an array
 * on top. `spread`: documents over several lines.
 */
export type JsonLayout = "lines" | "glued" | "array" | "spread";

export interface CsvForm {
  readonly format: "csv";
  readonly delimiter: string;
  /** Some field stands in double quotes. */
  readonly quoted: boolean;
  /** The first line has the names of the columns. */
  readonly header: boolean;
}

/** Access logs of Apache and of what imitates it. */
export type LogPattern = "common" | "combined";
