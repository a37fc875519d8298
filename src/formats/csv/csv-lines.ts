import type { Column } from "../../model/schema/column-type.ts";
import type { Row } from "../rows/row.ts";
import { fieldText } from "./field.ts";

export interface CsvRules {
  readonly delimiter: string;
  readonly quoting: "minimal" | "all";
  /** What stands for null; a text that looks like it is quoted. */
  readonly nullText: string;
  readonly lineEnd: string;
}

/** Lines of CSV (RFC 4180): fields in quotes where they need them, quotes within doubled. */
export class CsvLines {
  readonly #columns: readonly Column[];
  readonly #rules: CsvRules;

  constructor(columns: readonly Column[], rules: CsvRules) {
    this.#columns = columns;
    this.#rules = rules;
  }

  header(): string {
    return this.#columns.map(({ name }) => this.#quoted(name)).join(this.#rules.delimiter) + this.#rules.lineEnd;
  }

  row(row: Row): string {
    const { delimiter, nullText, lineEnd } = this.#rules;
    let line = "";
    for (const [index, { type }] of this.#columns.entries()) {
      const cell = row[index] ?? null;
      if (index > 0) line += delimiter;
      line += cell === null ? nullText : this.#quoted(fieldText(cell, type));
    }
    return line + lineEnd;
  }

  #quoted(text: string): string {
    const { quoting, nullText, delimiter } = this.#rules;
    const bare = quoting === "minimal" && text !== nullText && !text.includes(delimiter) && !needsQuotes(text);
    return bare ? text : `"${text.replaceAll('"', '""')}"`;
  }
}

/** Blanks at the ends too: some readers take them off where there are no quotes. */
function needsQuotes(text: string): boolean {
  return SPECIAL.test(text) || BLANK.test(text.charAt(0)) || BLANK.test(text.charAt(text.length - 1));
}

const SPECIAL = /[\r\n"]/;
const BLANK = /\s/;
