import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { query, tableLines } from "../query.ts";
import { linesOf, readObjects } from "../read-lake.ts";
import { expectSameLines, print, runExample } from "../run-example.ts";
import { makeArchive } from "./make-archive.ts";

/**
 * An archive of taxi trips is replayed, two hours of it at 3600 times the speed of time, and lands in folders by place and
 * month of the trip: see README.md beside this file.
 *
 *     node examples/07-taxi-trips/run.ts [--keep]
 */
const TRIPS = 4500;
const PACED_UNTIL = "2017-12-31T10:00:00Z";
const SPEEDUP = 3600;
/** Two hours less the half minute to the next trip, at that speed. */
const PACED_MS = ((2 * 3600 - 30) / SPEEDUP) * 1000;

const BUSIEST = `
  SELECT pickup_location, year, month, count(*)::INTEGER AS trips, round(sum(total_amount), 2) AS fares
  FROM read_json($glob, format = 'newline_delimited', hive_partitioning = true, hive_types_autocast = false)
  GROUP BY ALL ORDER BY trips DESC, pickup_location, year LIMIT 5`;

const archiveFolder = await mkdtemp(join(tmpdir(), "lakehose-taxi-"));
try {
  const archive = await makeArchive(archiveFolder, TRIPS);
  await runExample(import.meta.dirname, async ({ lakehose, bucket }) => {
    const startedAt = performance.now();
    const paced = await replay(lakehose.url, archive.folder, "--end", PACED_UNTIL, "--speedup", String(SPEEDUP));
    const elapsedMs = performance.now() - startedAt;
    print("Two hours, 3600 times faster:", `  ${paced}`);
    if (elapsedMs < PACED_MS) throw new Error(`Expected it to take ${PACED_MS} ms at least, it took ${elapsedMs}`);
    print(
      "The rest, as fast as it goes:",
      `  ${await replay(lakehose.url, archive.folder, "--start", PACED_UNTIL, "--speedup", "max")}`,
      "",
    );
    await lakehose.flush("trips");

    await expectRaw(bucket, [...archive.trips, ...archive.poison]);
    await expectPoison(bucket, archive.poison);
    await expectTrips(bucket, archive.trips);
    const rows = await query(BUSIEST, { glob: join(bucket, "trips", "**", "*.gz") });
    print("The busiest places:", ...tableLines(rows));
  });
} finally {
  await rm(archiveFolder, { recursive: true, force: true });
}

/** Runs the command as a person would; resolves to what it prints. */
async function replay(endpoint: string, folder: string, ...options: readonly string[]): Promise<string> {
  const program = join(import.meta.dirname, "..", "..", "bin", "lakehose.mjs");
  const argv = ["replay", folder, "--stream", "trips", "--time-field", "dropoff_datetime", ...options];
  // An example leaves nothing behind, and the command would keep its compiled code.
  const env = { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" };
  const { stdout } = await promisify(execFile)(process.execPath, [program, "--endpoint", endpoint, ...argv], { env });
  return stdout.trim();
}

/** All that was sent, poison too, as it was sent. */
async function expectRaw(bucket: string, lines: readonly string[]): Promise<void> {
  expectSameLines("raw events", linesOf(await readObjects(bucket, "raw")), lines);
}

async function expectPoison(bucket: string, poison: readonly string[]): Promise<void> {
  const errors = linesOf(await readObjects(bucket, "poison")).map((line) => JSON.parse(line));
  print(
    "Diverted, beside the trips:",
    ...errors.map(({ errorCode, rawData }) => `  ${errorCode}: ${textOf(rawData)}`),
    "",
  );
  expectSameLines(
    "poison events",
    errors.map(({ rawData }) => textOf(rawData)),
    poison,
  );
}

function textOf(rawData: string): string {
  return Buffer.from(rawData, "base64").toString().trim();
}

/** Every trip once, in the folder of the place and the month in which it began. */
async function expectTrips(bucket: string, trips: readonly string[]): Promise<void> {
  const objects = await readObjects(bucket, "trips");
  const landed = objects.flatMap((object) => linesOf([object]).map((line) => `${dirname(object.key)} ${line}`));
  expectSameLines(
    "trips with their folders",
    landed,
    trips.map((trip) => `${folderOf(trip)} ${trip}`),
  );
  const folders = new Set(objects.map(({ key }) => dirname(key)));
  const late = trips.filter((trip) => JSON.parse(trip).dropoff_datetime >= "2018" && /year=2017/.test(folderOf(trip)));
  print(
    `${landed.length} trips in ${folders.size} folders; ${late.length} began in the year before the one they ended in.`,
    "",
  );
}

function folderOf(trip: string): string {
  const { pickup_location_id, pickup_datetime } = JSON.parse(trip);
  const location = String(pickup_location_id).padStart(3, "0");
  return `trips/pickup_location=${location}/year=${pickup_datetime.slice(0, 4)}/month=${pickup_datetime.slice(5, 7)}`;
}
