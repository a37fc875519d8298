import { type Bench, STREAM } from "./harness/bench.ts";
import { SIGNING, streamInto } from "./harness/lakehose.ts";
import { loadRow, requestsPerSecond } from "./harness/load-rows.ts";
import { measurePut, type Put, putRequestsPerSecond, putRow, threadsNote } from "./harness/put.ts";
import { startDiscard } from "./harness/references.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { atLeast, atMost, type Question } from "./question.ts";

export const putSingle: Question = {
  name: "put-single",
  asks: "How many PutRecord calls of 200 B over 128 connections are acknowledged, each durable?",
  run: async (bench) => {
    const { discard, unsigned, signed } = await alternate(bench, {
      discard: async () => {
        const server = await startDiscard();
        return bench.loader.run(bench.singles(server)).finally(() => server.kill());
      },
      unsigned: () => put(bench, false),
      signed: () => put(bench, true),
    });
    const p99Ms = ({ report }: Put) => report.p99Ms;
    const pace = (puts: readonly Put[], goal: number) => ({
      value: middle(puts, putRequestsPerSecond),
      unit: "requests/s",
      limit: atLeast(goal, "goal"),
    });
    return {
      checks: [
        {
          what: "unsigned / discard",
          value: ratio(unsigned, discard, putRequestsPerSecond, requestsPerSecond),
          limit: atLeast(0.6),
        },
        { what: "signed / unsigned", value: ratio(signed, unsigned, putRequestsPerSecond, putRequestsPerSecond) },
        { what: "unsigned", ...pace(unsigned, 30_000) },
        { what: "signed", ...pace(signed, 20_000) },
        { what: "unsigned p99", value: middle(unsigned, p99Ms), unit: "ms", limit: atMost(15, "goal") },
      ],
      rows: [loadRow("discard", discard), putRow("unsigned", unsigned), putRow("signed", signed)],
      notes: [threadsNote("unsigned", unsigned), threadsNote("signed", signed)],
    };
  },
};

function put(bench: Bench, signed: boolean): Promise<Put> {
  const options = { streams: [streamInto(STREAM)], signed };
  return measurePut(bench, options, (server) => bench.singles(server, signed ? { signing: SIGNING } : {}));
}
