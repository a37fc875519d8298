import { type BareGzip, bareGzip } from "./harness/references.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { deliveredMegabytesPerSecond, measureToObjects, toObjectsRow } from "./harness/to-objects.ts";
import { atLeast, type Question } from "./question.ts";

export const toGzip: Question = {
  name: "to-gzip",
  asks: "How fast do 1 KB records get from the request into gzip objects (level 1), from the first request to the last object?",
  run: async (bench) => {
    const { bare, lakehose } = await alternate(bench, {
      bare: () => bareGzip(bench.seconds),
      lakehose: () => measureToObjects(bench, { CompressionFormat: "GZIP" }),
    });
    const bareSpeed = (one: BareGzip) => one.megabytesPerSecond;
    return {
      checks: [
        {
          what: "end to end / bare zlib level 1 on one core",
          value: ratio(lakehose, bare, deliveredMegabytesPerSecond, bareSpeed),
          limit: atLeast(0.9),
        },
        {
          what: "end to end",
          value: middle(lakehose, deliveredMegabytesPerSecond),
          unit: "MB/s",
          limit: atLeast(120, "goal"),
        },
      ],
      rows: [
        {
          name: "bare zlib",
          values: { "delivered MB/s": middle(bare, bareSpeed), shrinks: middle(bare, ({ shrinks }) => shrinks) },
        },
        toObjectsRow("lakehose", lakehose),
      ],
    };
  },
};
