/**
 * Results as Athena's files have them, and back. `csv` is what queries answer: every value in double quotes, with quotes
 * doubled; null as nothing at all, so that it differs from the empty text; the names of the columns first. `txt` is what
 * statements of the catalog answer: lines, tabs between the values, no names. A line is read back as one value, which is what
 * GetQueryResults shows of it.
 */
export type ResultForm = "csv" | "txt";

export type TextRow = readonly (string | null)[];

export function writeRow(form: ResultForm, row: TextRow): string {
  if (form === "csv")
    return `${row.map((value) => (value === null ? "" : `"${value.replaceAll('"', '""')}"`)).join(",")}\n`;
  return `${row.map((value) => (value ?? "").replace(/[\t\r\n]/g, " ")).join("\t")}\n`;
}

export interface ReadRow {
  readonly values: TextRow;
  /** Bytes that the row has in the file, with its end. */
  readonly bytes: number;
}

/** Row by row. The end of a file without a line's end is a row too. */
export async function* readRows(form: ResultForm, chunks: AsyncIterable<Buffer>): AsyncGenerator<ReadRow> {
  const pending: Buffer[] = [];
  let quoted = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (byte === QUOTE && form === "csv") quoted = !quoted;
      if (byte !== LINE_END || quoted) continue;
      yield readRow(form, Buffer.concat([...pending.splice(0), chunk.subarray(start, at + 1)]));
      start = at + 1;
    }
    if (start < chunk.length) pending.push(chunk.subarray(start));
  }
  if (pending.length > 0) yield readRow(form, Buffer.concat(pending));
}

const QUOTE = 0x22;
const LINE_END = 0x0a;

function readRow(form: ResultForm, bytes: Buffer): ReadRow {
  const line = bytes.toString("utf8").replace(/\n$/, "");
  return { values: form === "csv" ? readCsvLine(line) : [line], bytes: bytes.length };
}

function readCsvLine(line: string): TextRow {
  const values: (string | null)[] = [];
  for (let at = 0; ; at++) {
    const isQuoted = line[at] === '"';
    const end = isQuoted ? closingQuote(line, at + 1) : endOrLength(line, ",", at);
    values.push(isQuoted ? line.slice(at + 1, end).replaceAll('""', '"') : line.slice(at, end) || null);
    at = isQuoted ? end + 1 : end;
    if (line[at] !== ",") return values;
  }
}

/** By hand: a regular expression runs out of stack where a text has millions of quotes. */
function closingQuote(line: string, from: number): number {
  let end = endOrLength(line, '"', from);
  while (line[end + 1] === '"') end = endOrLength(line, '"', end + 2);
  return end;
}

function endOrLength(line: string, sign: string, from: number): number {
  const end = line.indexOf(sign, from);
  return end === -1 ? line.length : end;
}
