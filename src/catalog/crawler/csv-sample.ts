import type { Column, SimpleKind } from "../../model/schema/column-type.ts";
import { COLUMN_NAME_LENGTH_MAX, COLUMNS_MAX } from "../../model/schema/schema-limits.ts";
import type { CsvForm } from "./content.ts";
import { SAMPLE_ROWS_MAX } from "./crawler-limits.ts";
import type { TextSample } from "./text-sample.ts";

export interface CsvSample {
  readonly form: CsvForm;
  readonly columns: readonly Column[];
}

/** Whether the first line has names; `detect` asks the text. */
export type CsvHeader = "detect" | "present" | "absent";

/** In the order in which they are believed where several fit. */
const DELIMITERS = [",", "\t", "|", ";", "\x01"];

/** A text is lines with delimiters when so many of its rows have the same number of fields. */
const REGULAR_PART = 0.9;

/**
 * The rows of a text with delimiters; `undefined` when it is none. The rules are those of Glue's own classifier: at least two
 * columns and two rows; the first row is a header when all of its fields are texts of less than 150 characters, no two the
 * same, and some row below has something other than text in a column. A table of texts alone has no header that could be
 * told: say `present`.
 */
export function readCsvSample(sample: TextSample, header: CsvHeader = "detect"): CsvSample | undefined {
  let best: { readonly delimiter: string; readonly rows: readonly Row[]; readonly width: number } | undefined;
  for (const delimiter of DELIMITERS) {
    if (!sample.text.includes(delimiter)) continue;
    const rows = rowsOf(sample, delimiter);
    const width = usualWidth(rows);
    if (width !== undefined && width > (best?.width ?? 1)) best = { delimiter, rows, width };
  }
  if (best === undefined) return undefined;
  const { delimiter, width } = best;
  const rows = best.rows.filter((row) => row.length === width);
  const [first = [], ...others] = rows;
  const hasHeader = header === "detect" ? isHeader(first, others) : header === "present";
  const quoted = best.rows.some((row) => row.some((field) => field.quoted));
  const names = hasHeader ? namesIn(first) : first.map((_, index) => `col${index}`);
  const data = hasHeader ? others : rows;
  const columns = names.map((name, index) => ({ name, type: { kind: kindOf(data, index, quoted) } }));
  return { form: { format: "csv", delimiter, quoted, header: hasHeader }, columns };
}

interface Field {
  readonly text: string;
  readonly quoted: boolean;
}

type Row = readonly Field[];

/** Rows of fields (RFC 4180), without empty lines and without what the end of the sample cuts off. */
function rowsOf({ text, complete }: TextSample, delimiter: string): readonly Row[] {
  const rows: Row[] = [];
  let row: Field[] = [];
  for (let at = 0; at < text.length && rows.length < SAMPLE_ROWS_MAX; ) {
    const { field, end } = fieldAt(text, at, delimiter);
    row.push(field);
    // More columns than a table may have are no columns.
    if (row.length > COLUMNS_MAX) return [];
    at = end + 1;
    const lineEnds = end >= text.length || text[end] === "\n";
    if (!lineEnds && at >= text.length) row.push({ text: "", quoted: false });
    if (!lineEnds && at < text.length) continue;
    if (end >= text.length && !complete) break;
    if (row.length > 1 || row[0]?.text !== "") rows.push(row);
    row = [];
  }
  return rows;
}

/** The field that begins at `start`, and the place of the delimiter or line feed behind it. */
function fieldAt(text: string, start: number, delimiter: string): { readonly field: Field; readonly end: number } {
  if (text[start] === '"') {
    const closed = closingQuote(text, start + 1);
    const after = closed === -1 ? "" : (text[closed + 1] ?? "\n");
    const crlf = after === "\r" && text[closed + 2] === "\n";
    if (after === delimiter || after === "\n" || crlf) {
      const field = { text: text.slice(start + 1, closed).replaceAll('""', '"'), quoted: true };
      return { field, end: closed + (crlf ? 2 : 1) };
    }
  }
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== "\n") end++;
  const raw = text.slice(start, end);
  return {
    field: { text: raw.endsWith("\r") && text[end] !== delimiter ? raw.slice(0, -1) : raw, quoted: false },
    end,
  };
}

/** A field in quotes that goes on for longer is none: one stray quote must not swallow the sample again and again. */
const QUOTED_LENGTH_MAX = 64 * 1024;

function closingQuote(text: string, start: number): number {
  for (let at = start; at < start + QUOTED_LENGTH_MAX; at += 2) {
    at = text.indexOf('"', at);
    if (at === -1 || at > start + QUOTED_LENGTH_MAX) return -1;
    if (text[at + 1] !== '"') return at;
  }
  return -1;
}

/** The number of fields of nearly all rows. */
function usualWidth(rows: readonly Row[]): number | undefined {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width = 0, count = 0] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  return rows.length >= 2 && width >= 2 && count >= rows.length * REGULAR_PART ? width : undefined;
}

/** Glue: a text of this length is content, not a name. */
const HEADER_LENGTH_MAX = 150;

function isHeader(first: Row, others: readonly Row[]): boolean {
  if (others.length === 0) return false;
  const names = first.map(({ text }) => text.trim().toLowerCase());
  // The last may be empty, so that lines may end with a delimiter.
  if (names.at(-1) === "") names.pop();
  if (new Set(names).size !== names.length) return false;
  if (!names.every((name) => NAME.test(name) && name.length < HEADER_LENGTH_MAX && kindOfText(name) === "string"))
    return false;
  return first.some((_, index) => kindOf(others, index, false) !== "string");
}

const NAME = /^[\p{L}\p{N}_][^\p{C}]*$/u;

function namesIn(header: Row): readonly string[] {
  const taken = new Set<string>();
  return header.map(({ text }, index) => {
    const wanted =
      text
        .trim()
        .toLowerCase()
        .slice(0, COLUMN_NAME_LENGTH_MAX - 8) || `col${index}`;
    let name = wanted;
    for (let number = 2; taken.has(name); number++) name = `${wanted}_${number}`;
    taken.add(name);
    return name;
  });
}

/**
 * The narrowest kind that holds a column. A SerDe that takes quotes off hands out texts, and engines fail on the empty ones
 * where they expect numbers.
 */
function kindOf(rows: readonly Row[], column: number, emptyIsText: boolean): SimpleKind {
  let kind: SimpleKind | undefined;
  for (const row of rows) {
    const { text = "" } = row[column] ?? {};
    if (text === "" && !emptyIsText) continue;
    const next = kindOfText(text);
    if (kind === undefined || kind === next) kind = next;
    else kind = isNumber(kind) && isNumber(next) ? "double" : "string";
    if (kind === "string") break;
  }
  return kind ?? "string";
}

function isNumber(kind: SimpleKind): boolean {
  return kind === "bigint" || kind === "double";
}

/** Zeros in front are part of a code, such as a postal one; dates and times stay text, as Glue's classifier leaves them. */
function kindOfText(text: string): SimpleKind {
  if (/^-?(0|[1-9]\d{0,18})$/.test(text)) return BigInt.asIntN(64, BigInt(text)) === BigInt(text) ? "bigint" : "double";
  if (/^-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,3})?$/.test(text)) return "double";
  return /^(true|false)$/i.test(text) ? "boolean" : "string";
}
