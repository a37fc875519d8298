import { javaPattern } from "../java-pattern.ts";
import { type Conversion, type JsonFormat, jsonLine, textOf } from "./conversion.ts";

export interface CsvToJsonOptions {
  readonly fieldNames: readonly string[];
  /** A regular expression, as Java's `split` takes it. */
  readonly delimiter: string;
  readonly jsonFormat: JsonFormat;
}

/**
 * `CSVTOJSON`: columns by a delimiter, without quotes; values stay text, columns that are missing are null, more columns
 * than names are left out.
 */
export function csvToJson({ fieldNames, delimiter, jsonFormat }: CsvToJsonOptions): Conversion {
  const separator = new RegExp(javaPattern(delimiter, "delimiter", { whole: false }).source);
  return (record) => {
    const columns = splitAsJava(textOf(record), separator);
    return jsonLine(Object.fromEntries(fieldNames.map((name, at) => [name, columns[at] ?? null])), jsonFormat);
  };
}

/** Java's `split` drops empty columns at the end, unless the whole text is one column. */
function splitAsJava(text: string, separator: RegExp): string[] {
  const columns = text.split(separator);
  while (columns.length > 1 && columns.at(-1) === "") columns.pop();
  return columns;
}
