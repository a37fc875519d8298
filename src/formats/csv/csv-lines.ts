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
    return this.#line(this.#columns.map(({ name }) => this.#quoted(name)));
  }

  row(row: Row): string {
    return this.#line(
      this.#columns.map(({ type }, index) => {
        const cell = row[index] ?? null;
        return cell === null ? this.#rules.nullText : this.#quoted(fieldText(cell, type));
      }),
    );
  }

  #line(fields: readonly string[]): string {
    return fields.join(this.#rules.delimiter) + this.#rules.lineEnd;
  }

  #quoted(text: string): string {
    const { quoting, nullText, delimiter } = this.#rules;
    const bare = text !== nullText && !text.includes(delimiter) && !NEEDS_QUOTES.test(text);
    if (quoting === "minimal" && bare) return text;
    return `"${text.replaceAll('"', '""')}"`;
  }
}

/** Blanks at the ends too: some readers take them off where there are no quotes. */
const NEEDS_QUOTES = /[\r\n"]|^\s|\s$/;
