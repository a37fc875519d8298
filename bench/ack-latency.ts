import { type Bench, STREAM } from "./harness/bench.ts";
import { streamInto } from "./harness/lakehose.ts";
import type { LoadReport } from "./harness/load-order.ts";
import { loadRow } from "./harness/load-rows.ts";
import { middle } from "./harness/rounds.ts";
import { atMost, type Question } from "./question.ts";

const CONNECTIONS = 32;

/** What a producer waits for beyond the disk. */
const P99_MS_MAX = 15;

export const ackLatency: Question = {
  name: "ack-latency",
  asks: "How long does a producer wait for the acknowledgement of 500 x 1 KB at a quarter of full load, requests coming at even intervals?",
  run: async (bench) => {
    const full: LoadReport[] = [];
    const quarter: LoadReport[] = [];
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`round ${round} of ${bench.rounds}: full load`);
      const atFull = await put(bench);
      bench.progress(`round ${round} of ${bench.rounds}: a quarter of it`);
      full.push(atFull);
      quarter.push(await put(bench, atFull.requestsPerSecond / 4));
    }
    const datasyncMs = Math.max(...bench.machine.datasync.map(({ p99Ms }) => p99Ms));
    const p99 = { value: middle(quarter, ({ p99Ms }) => p99Ms), unit: "ms" };
    return {
      checks: [
        {
          what: "p99 / (15 ms + one fdatasync)",
          value: p99.value / (P99_MS_MAX + datasyncMs),
          limit: atMost(1, "goal"),
        },
        { what: "p99 at a quarter of full load", ...p99 },
      ],
      rows: [loadRow("full load", full), loadRow("a quarter", quarter)],
      notes: [`one fdatasync of 512 KiB: ${datasyncMs.toFixed(2)} ms (p99)`],
    };
  },
};

function put(bench: Bench, perSecond?: number): Promise<LoadReport> {
  return bench.withLakehose({ streams: [streamInto(STREAM)] }, (server) =>
    bench.loader.run(
      bench.batches(server, perSecond === undefined ? {} : { connections: CONNECTIONS, requestsPerSecond: perSecond }),
    ),
  );
}
