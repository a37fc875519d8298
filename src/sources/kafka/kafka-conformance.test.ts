import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { startFlakyProxy } from "../../../test/fakes/flaky-proxy.ts";
import { advertise } from "../../../test/fakes/kafka-proxy.ts";
import { KafkaTopic, kafkaBroker, skipKafka } from "../../../test/fakes/kafka-topic.ts";
import { systemRandom } from "../../std/random.ts";
import { kafkaSource } from "./kafka-source.ts";

describeSourceConformance(
  "kafka",
  async () => {
    const topic = await KafkaTopic.create();
    const [host = "", port = ""] = kafkaBroker.split(":");
    const proxy = await startFlakyProxy(`http://${kafkaBroker}`, systemRandom, { rewrite: advertise(host, port) });
    const options = { brokers: [new URL(proxy.address).host], topics: [topic.name], group: topic.name };
    return {
      kind: kafkaSource,
      options,
      missing: { ...options, topics: ["source-missing"] },
      exactlyOnce: true,
      put: (texts) => topic.put(texts.map((value) => ({ value }))),
      interrupt: async () => {
        proxy.state = "down";
        return async () => {
          proxy.state = "pass";
        };
      },
      cleanUp: async () => {
        await Promise.all([topic.close(), proxy.close()]);
      },
    };
  },
  { skip: skipKafka },
);
