import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";

/** What a reader that is not ours finds in the lake. */
export interface TripsFound {
  readonly files: number;
  readonly fileBytes: number;
  readonly fileBytesMin: number;
  readonly fileBytesMax: number;
  readonly rows: number;
  readonly partitions: number;
  /** Rows in a folder that their own fields do not name. */
  readonly misplacedRows: number;
  /** Requests of which not every record is there as often as the others. */
  readonly tornRequests: number;
  /** Files that are no data. */
  readonly errorFiles: number;
}

/**
 * Counts by DuckDB. Requests are accepted whole or not at all, and a request of the load has `recordsPerRequest` trips with
 * ids in a row; each is sent several times over.
 */
export async function readTrips(bucket: string, prefix: string, recordsPerRequest: number): Promise<TripsFound> {
  const entries = await readdir(bucket, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const data = files.filter((path) => path.startsWith(join(bucket, prefix)));
  const sizes = await Promise.all(data.map(async (path) => (await stat(path)).size));
  const counts = data.length === 0 ? [0, 0, 0, 0] : await count(join(bucket, prefix), recordsPerRequest);
  const [rows = Number.NaN, partitions = Number.NaN, misplacedRows = Number.NaN, tornRequests = Number.NaN] = counts;
  return {
    files: data.length,
    fileBytes: sizes.reduce((sum, size) => sum + size, 0),
    fileBytesMin: Math.min(...sizes),
    fileBytesMax: Math.max(...sizes),
    rows,
    partitions,
    misplacedRows,
    tornRequests,
    errorFiles: files.length - data.length,
  };
}

async function count(folder: string, recordsPerRequest: number): Promise<readonly number[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const glob = join(folder, "**", "*.parquet").replaceAll("'", "''");
    const found = await connection.runAndReadAll(`
      WITH trips AS (
        SELECT trip_id,
          split_part(filename, 'pickup_location=', 2) AS folder,
          format('{:03d}', pickup_location_id) || strftime(pickup_datetime, '/year=%Y/month=%m/') AS wanted
        FROM read_parquet('${glob}', filename = true, hive_partitioning = false)
      ), ids AS (
        SELECT trip_id, count(*) AS times FROM trips GROUP BY trip_id
      ), requests AS (
        SELECT count(*) AS ids, min(times) AS least, max(times) AS most
        FROM ids GROUP BY (trip_id - ${FIRST_TRIP_ID}) // ${recordsPerRequest}
      )
      SELECT count(*)::DOUBLE, count(DISTINCT wanted)::DOUBLE,
        count(*) FILTER (NOT starts_with(folder, wanted))::DOUBLE,
        (SELECT count(*) FROM requests WHERE ids <> ${recordsPerRequest} OR least <> most)::DOUBLE
      FROM trips`);
    return (found.getRows()[0] ?? []).map(Number);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Of the generator of trips. */
const FIRST_TRIP_ID = 1_000_000_000;
