import type { Column } from "../../model/schema/column-type.ts";
import type { ObjectKeys } from "./prove-object.ts";

/**
 * The one spelling of each column's key that DuckDB will look for in a file: the first that the records use. Records
 * with another one are written anew under it. Two columns never share a spelling, not even one that differs in case,
 * because DuckDB would take them for the same column.
 */
export class Spellings implements ObjectKeys {
  readonly #columnOf: (key: string) => number;
  readonly #spellings: (string | undefined)[];
  readonly #taken = new Set<string>();

  constructor(columns: readonly Column[], columnOf: (key: string) => number) {
    this.#columnOf = columnOf;
    this.#spellings = columns.map(() => undefined);
  }

  fieldOf(key: string): number | undefined {
    const column = this.#columnOf(key);
    if (column === -1) return -1;
    this.#spellings[column] ??= this.#claim(key);
    return this.#spellings[column] === key ? column : undefined;
  }

  /** Settles the spelling of a column that no record has named yet: `guess`, if a key like that would find the column. */
  of(column: number, guess: string): string {
    let settled = this.#spellings[column];
    settled ??= this.#columnOf(guess) === column ? this.#claim(guess) : undefined;
    // A control character is in no key of a line that was proved: escapes in keys are not.
    settled ??= `\u0001${column}`;
    this.#spellings[column] = settled;
    return settled;
  }

  /** Whether every column has one. */
  get settled(): boolean {
    return !this.#spellings.includes(undefined);
  }

  #claim(key: string): string | undefined {
    const folded = key.toLowerCase();
    if (!SPEAKABLE.test(key) || this.#taken.has(folded)) return undefined;
    this.#taken.add(folded);
    return key;
  }
}

/** What SQL can hold as a name without trouble. */
const SPEAKABLE = /^[^\p{Cc}]{1,255}$/u;
