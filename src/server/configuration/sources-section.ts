import { z } from "zod";
import { sourceName, sourceSettingsSchema } from "../../sources/source-definition.ts";

/** `sources:` of the configuration: what is read into streams, beside what producers put there. */
export const sourcesSection = z
  .record(sourceName, sourceSettingsSchema)
  .default({})
  .meta({
    description:
      "What is read into streams, by name: queues, topics, files. A source goes on where its name left off, also after a crash; under another name it begins anew.",
    examples: [
      { orders: { kind: "rabbitmq", stream: "orders", options: { url: "amqp://127.0.0.1", queue: "orders" } } },
    ],
  });
