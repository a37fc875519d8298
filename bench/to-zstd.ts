import { alternate, middle } from "./harness/rounds.ts";
import { deliveredMegabytesPerSecond, measureToObjects, toObjectsRow } from "./harness/to-objects.ts";
import { atLeast, type Question } from "./question.ts";

export const toZstd: Question = {
  name: "to-zstd",
  asks: "How fast do 1 KB records get from the request into zstd objects, at level 1 and at the default level, from the first request to the last object?",
  run: async (bench) => {
    const { level1, level3 } = await alternate(bench, {
      level1: () => measureToObjects(bench, {}, { compression: "zstd", "compression-level": 1 }),
      level3: () => measureToObjects(bench, {}, { compression: "zstd" }),
    });
    return {
      checks: [
        {
          what: "end to end, level 1",
          value: middle(level1, deliveredMegabytesPerSecond),
          unit: "MB/s",
          limit: atLeast(200, "goal"),
        },
        { what: "end to end, level 3", value: middle(level3, deliveredMegabytesPerSecond), unit: "MB/s" },
      ],
      rows: [toObjectsRow("level 1", level1), toObjectsRow("level 3", level3)],
    };
  },
};
