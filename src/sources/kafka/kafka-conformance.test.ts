import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { startFlakyProxy } from "../../../test/fakes/flaky-proxy.ts";
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

/** The broker tells clients where it is, host and port; they shall come through the proxy all the same. */
function advertise(host: string, port: string): (bytes: Buffer, proxyPort: number) => Buffer {
  const own = address(host, Number(port));
  return (bytes, proxyPort) => {
    const rewritten = Buffer.from(bytes);
    for (let at = rewritten.indexOf(own); at >= 0; at = rewritten.indexOf(own, at + own.length)) {
      address(host, proxyPort).copy(rewritten, at);
    }
    return rewritten;
  };
}

function address(host: string, port: number): Buffer {
  const bytes = Buffer.alloc(host.length + 4);
  bytes.write(host);
  bytes.writeInt32BE(port, host.length);
  return bytes;
}
