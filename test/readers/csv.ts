export interface CsvReading {
  readonly delimiter: string;
  readonly nullText: string;
}

/** Fields of CSV by a plain walk over its characters; `null` where the text for null stands without quotes. */
export function readCsv(text: string, { delimiter, nullText }: CsvReading): (string | null)[][] {
  const lines: (string | null)[][] = [];
  let fields: (string | null)[] = [];
  for (let at = 0; at < text.length; ) {
    let field = "";
    const quoted = text[at] === '"';
    if (quoted) {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (at >= text.length) throw new Error("a quoted field has no end");
        if (text[at] === '"') at++;
        field += text[at];
      }
      at++;
    } else {
      while (at < text.length && text[at] !== delimiter && text[at] !== "\n" && text[at] !== "\r") field += text[at++];
    }
    fields.push(!quoted && field === nullText ? null : field);
    if (text[at] === delimiter) {
      at++;
      if (at < text.length && text[at] !== "\n" && text[at] !== "\r") continue;
      fields.push(nullText === "" ? null : "");
    }
    if (text[at] === "\r") at++;
    if (text[at] !== "\n") throw new Error(`expected the end of a line at ${at}`);
    at++;
    lines.push(fields);
    fields = [];
  }
  return lines;
}
