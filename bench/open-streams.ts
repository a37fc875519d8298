import { type Bench, STREAM } from "./harness/bench.ts";
import { streamInto } from "./harness/lakehose.ts";
import { measurePut, type Put, putMegabytesPerSecond, putRow } from "./harness/put.ts";
import { alternate, ratio } from "./harness/rounds.ts";
import type { Question } from "./question.ts";

export const openStreams: Question = {
  name: "open-streams",
  asks: "What does it cost to put batches of 500 x 1 KB into many streams in turn, each with its own log, instead of one?",
  run: async (bench) => {
    const { one, ten, hundred } = await alternate(bench, {
      one: () => put(bench, 1),
      ten: () => put(bench, 10),
      hundred: () => put(bench, 100),
    });
    const toOne = (puts: readonly Put[]) => ratio(puts, one, putMegabytesPerSecond, putMegabytesPerSecond);
    return {
      checks: [
        { what: "10 streams / one", value: toOne(ten) },
        { what: "100 streams / one", value: toOne(hundred) },
      ],
      rows: [putRow("1 stream", one), putRow("10 streams", ten), putRow("100 streams", hundred)],
    };
  },
};

function put(bench: Bench, count: number): Promise<Put> {
  const streams = Array.from({ length: count }, (_, index) => `${STREAM}-${index}`);
  const options = { streams: streams.map((name) => streamInto(name)) };
  return measurePut(bench, options, (server) => bench.batches(server, { streams }));
}
