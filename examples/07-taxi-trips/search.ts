import { join } from "node:path";
import { linesOf, readObjects } from "../read-lake.ts";
import { eventsOf, expectEqual, expectSameLines, print, putAll, runExample } from "../run-example.ts";
import { SearchCluster } from "../search-cluster.ts";

/**
 * Trips into files and, beside them, into indices by their type, each trip once however often it is sent: see README.md
 * beside this file.
 *
 *     npm run servers -- run opensearch -- npx node examples/07-taxi-trips/search.ts [--keep]
 */
const TRIPS = 2_000;
const SENT_AGAIN = 300;
const POSITIONS = 50;
/** No trip has this one; who reads the index finds out why. */
const NAMELESS = Buffer.from('{"type":"trip","pickup_location_id":7}');

const INDICES = ["trip-*", "position-*", "other-*"];

const cluster = SearchCluster.fromEnvironment("npx node examples/07-taxi-trips/search.ts");
await cluster.forget(...INDICES);
const settings = { config: join(import.meta.dirname, "search.yaml") };
try {
  await runExample(
    import.meta.dirname,
    async ({ lakehose, client, bucket }) => {
      const month = new Date().toISOString().slice(0, 7);
      const trips = eventsOf("taxi", TRIPS, 7);
      const positions = Array.from({ length: POSITIONS }, (_, car) => positionOf(car));
      // The dearer version of a trip arrives later, and is the one that counts.
      const corrected = trips.slice(0, SENT_AGAIN).map(correct);
      const events = [...trips, ...positions, NAMELESS, ...corrected];
      await putAll(client, "trips", events);
      await lakehose.flush("trips");

      const counts = {
        trips: await cluster.count(`trip-${month}`),
        positions: await cluster.count(`position-${month}`),
      };
      print(`${events.length} events put. Documents:`, `  trip-${month}      ${counts.trips}`);
      print(`  position-${month}  ${counts.positions}`, "");
      expectEqual("the documents", counts, { trips: TRIPS, positions: POSITIONS });
      const [first] = corrected;
      const { trip_id } = JSON.parse(String(first));
      const { _source } = await cluster.ask<{ readonly _source: object }>("GET", `trip-${month}/_doc/${trip_id}`);
      expectEqual("a trip that was sent twice", _source, JSON.parse(String(first)));

      await expectNameless(bucket);
      const files = linesOf(await readObjects(bucket, "trips"));
      print(`The files below trips/ hold all ${files.length} events, as they came.`);
      expectSameLines("events in files", files, events.map(String));
    },
    { settings },
  );
} finally {
  await cluster.forget(...INDICES);
}

function correct(trip: Buffer): Buffer {
  const { total_amount, ...rest } = JSON.parse(String(trip));
  return Buffer.from(JSON.stringify({ ...rest, total_amount: total_amount + 1 }));
}

function positionOf(car: number): Buffer {
  return Buffer.from(JSON.stringify({ type: "position", trip_id: `car-${car}`, location_id: (car % 265) + 1 }));
}

/** An event without an id is no document, and holds up nobody. */
async function expectNameless(bucket: string): Promise<void> {
  const failed = linesOf(await readObjects(bucket, "failed/AmazonOpenSearchService-failed")).map((line) =>
    JSON.parse(line),
  );
  print("Not a document:", ...failed.map(({ errorCode, errorMessage }) => `  ${errorCode}: ${errorMessage}`), "");
  const raw = failed.map(({ rawData }) => Buffer.from(rawData, "base64").toString().trim());
  expectEqual("the failed events", raw, [NAMELESS.toString()]);
}
