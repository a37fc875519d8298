import { type Bench, STREAM } from "./harness/bench.ts";
import { streamInto } from "./harness/lakehose.ts";
import type { LoadReport } from "./harness/load-order.ts";
import { loadRow, megabytesPerSecond } from "./harness/load-rows.ts";
import { watchMemory } from "./harness/process-usage.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import type { Question } from "./question.ts";

interface Put {
  readonly report: LoadReport;
  readonly residentMiBMax: number;
}

export const openStreams: Question = {
  name: "open-streams",
  asks: "What does it cost to put batches of 500 x 1 KB into many streams in turn, each with its own log, instead of one?",
  run: async (bench) => {
    const { one, ten, hundred } = await alternate(bench, {
      one: () => put(bench, 1),
      ten: () => put(bench, 10),
      hundred: () => put(bench, 100),
    });
    const speed = ({ report }: Put) => report.megabytesPerSecond;
    const row = (name: string, puts: readonly Put[]) => {
      const reports = puts.map(({ report }) => report);
      const values = { ...loadRow(name, reports).values, "RSS MiB": middle(puts, (put) => put.residentMiBMax) };
      return { name, values };
    };
    return {
      checks: [
        { what: "10 streams / one", value: ratio(ten, one, speed, speed) },
        { what: "100 streams / one", value: ratio(hundred, one, speed, speed) },
        { what: "100 streams", value: middle(hundred, ({ report }) => megabytesPerSecond(report)), unit: "MB/s" },
      ],
      rows: [row("1 stream", one), row("10 streams", ten), row("100 streams", hundred)],
    };
  },
};

function put(bench: Bench, count: number): Promise<Put> {
  const names = Array.from({ length: count }, (_, index) => `${STREAM}-${index}`);
  return bench.withLakehose({ streams: names.map((name) => streamInto(name)) }, async (server) => {
    const order = bench.batches(server, { streams: names });
    await bench.loader.prepare(order);
    const memory = watchMemory(server.pid);
    const report = await bench.loader.run(order);
    return { report, residentMiBMax: Math.max(...(await memory.stop())) };
  });
}
