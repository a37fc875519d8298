import { alternate, middle } from "./harness/rounds.ts";
import { deliveredMegabytesPerSecond, measureToObjects, toObjectsRow } from "./harness/to-objects.ts";
import { atLeast, type Question } from "./question.ts";

export const toSnappy: Question = {
  name: "to-snappy",
  asks: "How fast do 1 KB records get from the request into Snappy objects, in both framings, from the first request to the last object?",
  run: async (bench) => {
    const { snappy, hadoop } = await alternate(bench, {
      snappy: () => measureToObjects(bench, { CompressionFormat: "Snappy" }),
      hadoop: () => measureToObjects(bench, { CompressionFormat: "HADOOP_SNAPPY" }),
    });
    return {
      checks: [
        {
          what: "end to end",
          value: middle(snappy, deliveredMegabytesPerSecond),
          unit: "MB/s",
          limit: atLeast(200, "goal"),
        },
      ],
      rows: [toObjectsRow("snappy", snappy), toObjectsRow("hadoop snappy", hadoop)],
    };
  },
};
