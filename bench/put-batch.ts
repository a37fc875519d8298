import type { Bench } from "./harness/bench.ts";
import { STREAM } from "./harness/bench.ts";
import { type LakehoseOptions, SIGNING, streamInto } from "./harness/lakehose.ts";
import type { LoadOrder, LoadReport } from "./harness/load-order.ts";
import { loadRow, megabytesPerSecond } from "./harness/load-rows.ts";
import { residentMiB, secondsByThread } from "./harness/process-usage.ts";
import { startDiscard, startNaive } from "./harness/references.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { type Answer, atLeast, type Question } from "./question.ts";

const SLOW_DATASYNC_MS = 5;

interface Put {
  readonly report: LoadReport;
  readonly residentMiB: number;
  /** Processor time by thread for 10^9 bytes of records. */
  readonly secondsPerGigabyte: ReadonlyMap<string, number>;
}

export const putBatch: Question = {
  name: "put-batch",
  asks: "How fast are PutRecordBatch calls of 500 x 1 KB acknowledged, each durable, while they are delivered (uncompressed)?",
  run: async (bench) => answer(await measure(bench)),
};

function measure(bench: Bench) {
  return alternate(bench, {
    discard: async () => {
      const server = await startDiscard();
      return bench.loader.run(bench.batches(server)).finally(() => server.kill());
    },
    naive: () =>
      bench.withFolder(async (folder) => {
        const server = await startNaive(folder);
        return bench.loader.run(bench.batches(server)).finally(() => server.kill());
      }),
    unsigned: () => put(bench),
    signed: () => put(bench, { signed: true }, { signing: SIGNING }),
    tls: () => put(bench, { tls: true }),
    "slow datasync": () => put(bench, { datasyncDelayMs: SLOW_DATASYNC_MS }),
  });
}

type Measured = Awaited<ReturnType<typeof measure>>;

function answer(measured: Measured): Answer {
  const { discard, naive, unsigned, signed, tls, "slow datasync": slow } = measured;
  const against = (puts: readonly Put[], references: readonly LoadReport[]) =>
    ratio(puts, references, speed, megabytesPerSecond);
  const toUnsigned = (puts: readonly Put[]) => ratio(puts, unsigned, speed, speed);
  return {
    checks: [
      { what: "unsigned / discard", value: against(unsigned, discard), limit: atLeast(0.15) },
      { what: "unsigned / naive", value: against(unsigned, naive), limit: atLeast(2) },
      { what: "signed / unsigned", value: toUnsigned(signed) },
      { what: "tls / unsigned", value: toUnsigned(tls) },
      { what: `+${SLOW_DATASYNC_MS} ms per fdatasync / without`, value: toUnsigned(slow), limit: atLeast(0.7) },
      { what: "unsigned", value: middle(unsigned, speed), unit: "MB/s", limit: atLeast(350, "goal") },
      { what: "signed", value: middle(signed, speed), unit: "MB/s", limit: atLeast(220, "goal") },
    ],
    rows: [
      loadRow("discard", discard),
      loadRow("naive", naive),
      ...Object.entries({ unsigned, signed, tls, "slow datasync": slow }).map(([name, puts]) => {
        const row = loadRow(
          name,
          puts.map(({ report }) => report),
        );
        return { name, values: { ...row.values, "RSS MiB": middle(puts, (one) => one.residentMiB) } };
      }),
    ],
    notes: [`processor seconds per GB, unsigned: ${threadsText(unsigned)}`],
  };
}

function put(bench: Bench, more: Partial<LakehoseOptions> = {}, load: Partial<LoadOrder> = {}): Promise<Put> {
  return bench.withLakehose({ streams: [streamInto(STREAM)], ...more }, async (server) => {
    const before = secondsByThread(server.pid);
    const report = await bench.loader.run(bench.batches(server, load));
    const gigabytes = report.acceptedBytes / 1e9;
    const used = [...secondsByThread(server.pid)].map(
      ([thread, seconds]) => [thread, (seconds - (before.get(thread) ?? 0)) / gigabytes] as const,
    );
    return { report, residentMiB: residentMiB(server.pid), secondsPerGigabyte: new Map(used) };
  });
}

const speed = ({ report }: Put) => report.megabytesPerSecond;

function threadsText(puts: readonly Put[]): string {
  const names = [...new Set(puts.flatMap(({ secondsPerGigabyte }) => [...secondsPerGigabyte.keys()]))];
  const means = names.map((name) => [name, middle(puts, (one) => one.secondsPerGigabyte.get(name) ?? 0)] as const);
  return means
    .filter(([, seconds]) => seconds >= 0.01)
    .map(([name, seconds]) => `${name} ${seconds.toFixed(2)}`)
    .join(", ");
}
