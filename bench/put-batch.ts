import { type Bench, STREAM } from "./harness/bench.ts";
import { type LakehoseOptions, SIGNING, streamInto } from "./harness/lakehose.ts";
import type { LoadOrder, LoadReport } from "./harness/load-order.ts";
import { loadRow, megabytesPerSecond } from "./harness/load-rows.ts";
import { measurePut, type Put, putMegabytesPerSecond, putRow, threadsNote } from "./harness/put.ts";
import { startDiscard, startNaive } from "./harness/references.ts";
import { alternate, middle, ratio } from "./harness/rounds.ts";
import { type Answer, atLeast, type Question } from "./question.ts";

/** An fdatasync of a disk over the network. */
const DATASYNC_DELAY_MS = 5;

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
    naive: () => naive(bench, false),
    naiveDelivering: () => naive(bench, true),
    unsigned: () => put(bench),
    signed: () => put(bench, { signed: true }, { signing: SIGNING }),
    tls: () => put(bench, { tls: true }),
    slow: () => put(bench, { datasyncDelayMs: DATASYNC_DELAY_MS }),
  });
}

function naive(bench: Bench, delivers: boolean): Promise<LoadReport> {
  return bench.withFolder(async (folder) => {
    const server = await startNaive(folder, { delivers });
    return bench.loader.run(bench.batches(server)).finally(() => server.kill());
  });
}

function answer({
  discard,
  naive,
  naiveDelivering,
  unsigned,
  signed,
  tls,
  slow,
}: Awaited<ReturnType<typeof measure>>): Answer {
  const against = (references: readonly LoadReport[]) =>
    ratio(unsigned, references, putMegabytesPerSecond, megabytesPerSecond);
  const toUnsigned = (puts: readonly Put[]) => ratio(puts, unsigned, putMegabytesPerSecond, putMegabytesPerSecond);
  const speed = (puts: readonly Put[], goal: number) => ({
    value: middle(puts, putMegabytesPerSecond),
    unit: "MB/s",
    limit: atLeast(goal, "goal"),
  });
  return {
    checks: [
      { what: "unsigned / discard", value: against(discard), limit: atLeast(0.15) },
      { what: "unsigned / naive doing the same job", value: against(naiveDelivering), limit: atLeast(2) },
      { what: "unsigned / naive that only stores", value: against(naive) },
      { what: "signed / unsigned", value: toUnsigned(signed) },
      { what: "tls / unsigned", value: toUnsigned(tls) },
      { what: `+${DATASYNC_DELAY_MS} ms per fdatasync / without`, value: toUnsigned(slow), limit: atLeast(0.7) },
      { what: "unsigned", ...speed(unsigned, 350) },
      { what: "signed", ...speed(signed, 220) },
    ],
    rows: [
      loadRow("discard", discard),
      loadRow("naive", naive),
      loadRow("naive, delivers", naiveDelivering),
      putRow("unsigned", unsigned),
      putRow("signed", signed),
      putRow("tls", tls),
      putRow(`+${DATASYNC_DELAY_MS} ms fdatasync`, slow),
    ],
    notes: [
      threadsNote("unsigned", unsigned),
      threadsNote("signed", signed),
      "discard only answers, naive answers and stores; the server, and naive that delivers, write objects at the same time",
    ],
  };
}

function put(bench: Bench, more: Partial<LakehoseOptions> = {}, load: Partial<LoadOrder> = {}): Promise<Put> {
  return measurePut(bench, { streams: [streamInto(STREAM)], ...more }, (server) => bench.batches(server, load));
}
