import { type Bench, STREAM } from "./harness/bench.ts";
import { SIGNING, streamInto } from "./harness/lakehose.ts";
import type { LoadReport } from "./harness/load-order.ts";
import { loadRow, requestsPerSecond } from "./harness/load-rows.ts";
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
    const p99Ms = (report: LoadReport) => report.p99Ms;
    const pace = (reports: readonly LoadReport[], goal: number) => ({
      value: middle(reports, requestsPerSecond),
      unit: "requests/s",
      limit: atLeast(goal, "goal"),
    });
    return {
      checks: [
        {
          what: "unsigned / discard",
          value: ratio(unsigned, discard, requestsPerSecond, requestsPerSecond),
          limit: atLeast(0.6),
        },
        { what: "signed / unsigned", value: ratio(signed, unsigned, requestsPerSecond, requestsPerSecond) },
        { what: "unsigned", ...pace(unsigned, 30_000) },
        { what: "signed", ...pace(signed, 20_000) },
        { what: "unsigned p99", value: middle(unsigned, p99Ms), unit: "ms", limit: atMost(15, "goal") },
      ],
      rows: [loadRow("discard", discard), loadRow("unsigned", unsigned), loadRow("signed", signed)],
    };
  },
};

function put(bench: Bench, signed: boolean): Promise<LoadReport> {
  return bench.withLakehose({ streams: [streamInto(STREAM)], signed }, (server) =>
    bench.loader.run(bench.singles(server, signed ? { signing: SIGNING } : {})),
  );
}
