import { z } from "zod";
import { triggerName, triggerSettingsSchema } from "../../triggers/trigger-definition.ts";

/** `triggers:` of the configuration: what functions, addresses and queues are called with. */
export const triggersSection = z
  .record(triggerName, triggerSettingsSchema)
  .default({})
  .meta({
    description:
      "What calls functions (or addresses, queues, topics) by itself, by name: new objects, schedules, queues, shards. A trigger goes on where its name left off, also after a crash; under another name it begins anew.",
    examples: [
      {
        flatten: {
          kind: "object-created",
          to: { function: "flatten-xml" },
          options: { bucket: "lake", prefix: "rawxml/" },
        },
      },
    ],
  });
