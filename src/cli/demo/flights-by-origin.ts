import { DuckDBInstance } from "@duckdb/node-api";

export interface OriginRow {
  readonly origin: string;
  readonly flights: number;
  readonly meanDelayMinutes: number;
}

/** Asks DuckDB about the delivered files as anybody else would: by a glob over the lake. */
export async function flightsByOrigin(glob: string, rowsMax: number): Promise<readonly OriginRow[]> {
  const instance = await DuckDBInstance.create(":memory:");
  try {
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(
      `SELECT origin, count(*)::INTEGER AS flights, round(avg(delay), 1) AS mean_delay
       FROM read_json($glob, format = 'newline_delimited', columns = {origin: 'VARCHAR', delay: 'DOUBLE'})
       GROUP BY origin ORDER BY flights DESC, origin LIMIT $rows`,
      { glob, rows: rowsMax },
    );
    connection.closeSync();
    return reader.getRows().map(([origin, flights, delay]) => ({
      origin: String(origin),
      flights: Number(flights),
      meanDelayMinutes: Number(delay),
    }));
  } finally {
    instance.closeSync();
  }
}
