import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { RabbitMqQueue } from "../../../test/fakes/rabbitmq-queue.ts";
import { rabbitMqSource } from "./rabbitmq-source.ts";

const ADDRESS = process.env.LAKEHOSE_TEST_RABBITMQ ?? "";
const skip = ADDRESS === "" && "LAKEHOSE_TEST_RABBITMQ is not set";

for (const type of ["classic", "quorum", "stream"] as const) {
  const makeUpstream = async () => {
    const queue = await RabbitMqQueue.open(ADDRESS, type);
    return {
      kind: rabbitMqSource,
      options: queue.options,
      missing: { ...queue.options, queue: `missing-${queue.name}` },
      exactlyOnce: true,
      put: (texts: readonly string[]) => queue.put(texts),
      interrupt: async () => {
        queue.proxy.state = "down";
        return async () => {
          queue.proxy.state = "pass";
        };
      },
      cleanUp: () => queue.close(),
    };
  };
  describeSourceConformance(`rabbitmq, ${type}`, makeUpstream, { skip });
}
