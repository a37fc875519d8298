import { duckdbType, sqlName } from "../../formats/parquet/duckdb-type.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { readColumn, readFiles } from "../../query/engine/read-files.ts";
import type { QuerySession } from "../../query/engine/session.ts";
import type { TableReader } from "../../query/engine/table-reader.ts";

/** What makes two rows the same, and which of them stays. */
export interface RepeatRule {
  /** All columns of the table: most formats know them by their place. */
  readonly columns: readonly Column[];
  readonly keys: readonly Column[];
  /** Absent: rows stand in the order of their files and of their places in them. */
  readonly order?: Column;
  readonly keep: "first" | "last";
}

/** The columns that have to be read: of JSON only those that are asked for, since that is half the work. */
export function columnsToRead(reader: TableReader, { columns, keys, order }: RepeatRule): readonly Column[] {
  if (reader.format !== "json") return columns;
  return columns.filter((column) => keys.includes(column) || column === order);
}

/** A file as DuckDB reads it, with the number that it has among all. */
export interface ReadableFile {
  readonly number: number;
  readonly reader: TableReader;
  readonly path: string;
}

/**
 * Finds rows that have the same values in all key columns as another one. All rows of all files go into one table of the
 * session: number of the file, place in it from 0, keys, order. DuckDB puts on disk what does not fit into its memory.
 *
 * A row without a value in one of its keys is no repeat of anything: nobody knows what it is. That goes for records that
 * are no JSON, too: they stay.
 */
export class Repeats {
  readonly #session: QuerySession;

  static async find(session: QuerySession, files: readonly ReadableFile[], rule: RepeatRule): Promise<Repeats> {
    const keys = rule.keys.map(({ type }, index) => `k${index} ${duckdbType(type)}`);
    const order = rule.order === undefined ? [] : [`o ${duckdbType(rule.order.type)}`];
    await session.run(`CREATE TABLE all_rows (${["file INTEGER", "place BIGINT", ...keys, ...order].join(", ")})`);
    for (const file of files) await session.run(`INSERT INTO all_rows ${await selectRows(session, file, rule)}`);
    await session.run(`CREATE TABLE repeats AS ${selectRepeats(rule)}`);
    return new Repeats(session);
  }

  private constructor(session: QuerySession) {
    this.#session = session;
  }

  /** By the number of the file: how many of its rows go. Files without any are not named. */
  async countByFile(): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#session.rows("SELECT file, count(*)::DOUBLE FROM repeats GROUP BY file ORDER BY file");
    return new Map(rows.map(([file, count]) => [Number(file), Number(count)]));
  }

  /** Places of the rows of a file that go, rising. */
  async placesIn(file: number): Promise<readonly number[]> {
    const rows = await this.#session.rows(`SELECT place::DOUBLE FROM (${this.placesQuery(file)}) ORDER BY place`);
    return rows.map(([place]) => Number(place));
  }

  /** Files with the rows that stay for those that go from these. */
  async keepersOf(files: readonly number[]): Promise<readonly number[]> {
    if (files.length === 0) return [];
    const rows = await this.#session.rows(
      `SELECT DISTINCT keeper FROM repeats WHERE file IN (${files.join(", ")}) ORDER BY keeper`,
    );
    return rows.map(([keeper]) => Number(keeper));
  }

  async rowsInAll(): Promise<number> {
    const [[rows] = []] = await this.#session.rows("SELECT count(*)::DOUBLE FROM all_rows");
    return Number(rows ?? 0);
  }

  async rowsIn(file: number): Promise<number> {
    const [[rows] = []] = await this.#session.rows(`SELECT count(*)::DOUBLE FROM all_rows WHERE file = ${file}`);
    return Number(rows ?? 0);
  }

  /** A query for them. */
  placesQuery(file: number): string {
    return `SELECT place FROM repeats WHERE file = ${file}`;
  }
}

async function selectRows(session: QuerySession, { number, reader, path }: ReadableFile, rule: RepeatRule) {
  const columns = columnsToRead(reader, rule);
  // A record that cannot be read has no keys and stays, whatever the table says of such records.
  const lenient: TableReader = reader.format === "json" ? { ...reader, skipsMalformed: true } : reader;
  const source = readFiles(lenient, [path], columns);
  const known = await columnsIn(session, lenient, source);
  const needed = [...rule.keys, ...(rule.order === undefined ? [] : [rule.order])];
  const values = needed.map((column) => readColumn(lenient, column, known, columns.indexOf(column)));
  return `SELECT ${[number, "row_number() OVER () - 1", ...values].join(", ")} FROM ${source}`;
}

async function columnsIn(session: QuerySession, reader: TableReader, source: string) {
  if (reader.format !== "parquet") return new Map<string, string>();
  const rows = await session.rows(`DESCRIBE SELECT * FROM ${source}`);
  return new Map(rows.map(([name]) => [String(name).toLowerCase(), String(name)]));
}

function selectRepeats({ keys, order, keep }: RepeatRule): string {
  const names = keys.map((_, index) => sqlName(`k${index}`));
  const direction = keep === "first" ? "ASC" : "DESC";
  const byOrder = order === undefined ? [] : [`o ${direction} NULLS LAST`];
  const ordered = [...byOrder, `file ${direction}`, `place ${direction}`].join(", ");
  const known = names.map((name) => `${name} IS NOT NULL`).join(" AND ");
  const several = `SELECT ${names.join(", ")} FROM all_rows WHERE ${known} GROUP BY ALL HAVING count(*) > 1`;
  const window = `WINDOW w AS (PARTITION BY ${names.join(", ")} ORDER BY ${ordered})`;
  const ranked = `SELECT file, place, row_number() OVER w AS rank, first_value(file) OVER w AS keeper FROM all_rows SEMI JOIN (${several}) USING (${names.join(", ")}) ${window}`;
  return `SELECT file, place, keeper FROM (${ranked}) WHERE rank > 1`;
}
