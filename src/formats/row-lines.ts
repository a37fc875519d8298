import { LakehoseError, reasonOf } from "../model/errors.ts";

/** What one row may hold: elements of its lists and maps, and the values of its records, all counted. */
export const ROW_VALUES_MAX = 4_000_000;

/** A line that is longer is refused by DuckDB, too. */
export const ROW_LENGTH_MAX: number = 16 * 1024 * 1024;

/** Lines are handed on by this many characters. */
const PIECE_LENGTH = 64 * 1024;

/** Gathers rows as JSON, a line each. */
export class RowLines {
  #text = "";

  add(row: string): void {
    if (row.length > ROW_LENGTH_MAX) throw new Error(`Expected rows of at most ${ROW_LENGTH_MAX} characters as JSON`);
    this.#text += `${row}\n`;
  }

  get isFull(): boolean {
    return this.#text.length >= PIECE_LENGTH;
  }

  take(): Buffer {
    const bytes = Buffer.from(this.#text);
    this.#text = "";
    return bytes;
  }
}

/** Says where in which kind of file the bytes are wrong; failures of the store and of the disk stay what they are. */
export function damagedAt(place: string, error: unknown): LakehoseError {
  if (error instanceof LakehoseError) return error;
  return new LakehoseError("damaged-object", `${place} cannot be read: ${reasonOf(error)}`, { cause: error });
}
