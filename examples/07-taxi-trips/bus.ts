import { join } from "node:path";
import { Admin, Consumer, MessagesStreamModes, stringDeserializers } from "@platformatic/kafka";
import { linesOf, readObjects } from "../read-lake.ts";
import { eventsOf, expectEqual, expectSameLines, print, putAll, runExample } from "../run-example.ts";

/**
 * Trips into files and, beside them, the long ones into a topic of Kafka, each once: see README.md beside this file.
 *
 *     npm run servers -- run kafka -- npx node examples/07-taxi-trips/bus.ts [--keep]
 */
const TRIPS = 2_000;
const MILES_MIN = 5;
const TOPIC = "taxi.trip";
const PARTITIONS = 4;

const broker = process.env.KAFKA_BROKER ?? process.env.LAKEHOSE_TEST_KAFKA;
if (broker === undefined) {
  throw new Error("Expected a broker: npm run servers -- run kafka -- npx node examples/07-taxi-trips/bus.ts");
}
process.env.KAFKA_URL = `kafka://${broker}`;
const connection = { clientId: "example", bootstrapBrokers: [broker] };

const admin = new Admin(connection);
try {
  await admin.deleteTopics({ topics: [TOPIC] }).catch(() => undefined);
  await admin.createTopics({ topics: [TOPIC], partitions: PARTITIONS, replicas: 1 });
  const settings = { config: join(import.meta.dirname, "bus.yaml") };
  await runExample(
    import.meta.dirname,
    async ({ lakehose, client, bucket }) => {
      const trips = eventsOf("taxi", TRIPS, 7);
      const long = trips.map(String).filter((trip) => JSON.parse(trip).trip_distance >= MILES_MIN);
      await putAll(client, "trips", trips);
      await lakehose.flush("trips");

      const messages = await readTopic(long.length);
      print(`${trips.length} trips put, ${messages.length} of ${MILES_MIN} miles and more in the topic ${TOPIC}.`);
      expectSameLines(
        "messages",
        messages.map(({ value }) => value),
        long,
      );
      const places = Map.groupBy(messages, ({ key }) => key);
      const scattered = [...places.values()].filter((of) => new Set(of.map(({ partition }) => partition)).size > 1);
      expectEqual("places in more than one partition", scattered.length, 0);
      print(`${places.size} places, each in one of ${PARTITIONS} partitions.`);
      const files = linesOf(await readObjects(bucket, "trips"));
      print(`The files below trips/ hold all ${files.length} trips.`);
      expectSameLines("trips in files", files, trips.map(String));
    },
    { settings },
  );
} finally {
  await admin.deleteTopics({ topics: [TOPIC] }).catch(() => undefined);
  await admin.close();
}

/** As many messages as are expected, or a few more, if there are any. */
async function readTopic(expected: number) {
  const consumer = new Consumer({
    ...connection,
    groupId: `example-${Date.now()}`,
    deserializers: stringDeserializers,
  });
  try {
    const stream = await consumer.consume({ topics: [TOPIC], mode: MessagesStreamModes.EARLIEST, maxWaitTime: 500 });
    const messages: { readonly key: string; readonly value: string; readonly partition: number }[] = [];
    for await (const { key, value, partition } of stream) {
      messages.push({ key, value, partition });
      if (messages.length === expected) setTimeout(() => stream.close(), 1_000);
    }
    return messages;
  } finally {
    await consumer.close(true);
  }
}
