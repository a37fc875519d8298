import { DuckDBInstance } from "@duckdb/node-api";

/** A folder of the table, as its names say it: text, so that `07` is not 7. */
export interface Partition {
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
}

export interface PartitionAnswer {
  readonly rows: readonly (readonly unknown[])[];
  /** Files that the query opened. The others were left out because of the names of their folders. */
  readonly filesRead: number;
}

const QUERY = `
  SELECT sector, count(*)::INTEGER AS trades, round(avg(price), 2) AS mean_price
  FROM read_json($glob, format = 'newline_delimited', hive_partitioning = true, hive_types_autocast = false,
                 columns = {ticker_symbol: 'VARCHAR', sector: 'VARCHAR', change: 'DOUBLE', price: 'DOUBLE'})
  WHERE year = $year AND month = $month AND day = $day AND hour = $hour
  GROUP BY sector ORDER BY trades DESC, sector`;

/** Asks DuckDB about one partition of the table whose files match `glob`. */
export async function queryPartition(glob: string, partition: Partition): Promise<PartitionAnswer> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const values = { glob, ...partition };
    const answer = await connection.runAndReadAll(QUERY, values);
    const explained = await connection.runAndReadAll(`EXPLAIN ANALYZE ${QUERY}`, values);
    const plan = explained.getRows().flat().join("\n");
    // A plan without this line opened no file at all.
    const filesRead = Number(/Total Files Read:\s*(\d+)/.exec(plan)?.[1] ?? 0);
    return { rows: answer.getRows(), filesRead };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
