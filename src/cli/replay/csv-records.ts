import { LakehoseError } from "../../model/errors.ts";
import { csvRows } from "./text-lines.ts";

/**
 * Rows of CSV with a header as one JSON object a line. Fields stay texts, whatever they look like: zeros in front belong to
 * codes, and what is a number is for the table of the stream to say. A row may lack fields at its end, which are absent.
 */
export async function* csvRecords(chunks: AsyncIterable<Buffer>, delimiter: string): AsyncGenerator<Buffer[]> {
  let keys: readonly string[] | undefined;
  let row = 0;
  for await (const lines of csvRows(chunks)) {
    const records: Buffer[] = [];
    for (const line of lines) {
      row++;
      const text = line.toString("utf8").replace(/\r?\n$/, "");
      if (text === "") continue;
      const fields = fieldsOf(text, delimiter);
      if (keys === undefined) keys = keysOf(fields);
      else records.push(recordOf(keys, fields, row));
    }
    if (records.length > 0) yield records;
  }
}

/** Names as they stand before a value in JSON. */
function keysOf(header: readonly string[]): readonly string[] {
  const twice = header.find((name, index) => header.indexOf(name) !== index);
  if (twice !== undefined)
    throw new LakehoseError("damaged-text", `Expected names that differ in the header, got "${twice}" twice`);
  return header.map((name, index) => `${index === 0 ? "{" : ","}${JSON.stringify(name)}:`);
}

function recordOf(keys: readonly string[], fields: readonly string[], row: number): Buffer {
  if (fields.length > keys.length) {
    const message = `Expected at most ${keys.length} fields in row ${row}, as in the header, got ${fields.length}: is the delimiter another one (--delimiter)?`;
    throw new LakehoseError("damaged-text", message);
  }
  let json = "";
  for (let index = 0; index < fields.length; index++) json += `${keys[index]}${JSON.stringify(fields[index])}`;
  return Buffer.from(`${json}}\n`);
}

function fieldsOf(row: string, delimiter: string): readonly string[] {
  if (!row.includes('"')) return row.split(delimiter);
  const fields: string[] = [];
  for (let at = 0; at <= row.length; ) {
    if (row[at] !== '"') {
      const end = row.indexOf(delimiter, at);
      fields.push(row.slice(at, end === -1 ? row.length : end));
      at = end === -1 ? row.length + 1 : end + delimiter.length;
      continue;
    }
    const closed = closingQuote(row, at + 1);
    const after = row.indexOf(delimiter, closed + 1);
    const end = after === -1 ? row.length : after;
    // What stands behind the quotes, against the rules, belongs to the field all the same.
    fields.push(row.slice(at + 1, closed).replaceAll('""', '"') + row.slice(closed + 1, end));
    at = after === -1 ? row.length + 1 : after + delimiter.length;
  }
  return fields;
}

function closingQuote(row: string, start: number): number {
  for (let at = row.indexOf('"', start); at !== -1; at = row.indexOf('"', at + 2)) if (row[at + 1] !== '"') return at;
  return row.length;
}
