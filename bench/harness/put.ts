import type { Row } from "../question.ts";
import type { Bench } from "./bench.ts";
import type { Lakehose, LakehoseOptions } from "./lakehose.ts";
import type { LoadOrder, LoadReport } from "./load-order.ts";
import { loadRow } from "./load-rows.ts";
import { secondsByThread, watchMemory } from "./process-usage.ts";
import { middle } from "./rounds.ts";

/** A load on a fresh server, and what it cost the server. */
export interface Put {
  readonly report: LoadReport;
  readonly residentMiBMax: number;
  /** Processor time of each thread for one record, in millionths of a second. */
  readonly microsByThread: ReadonlyMap<string, number>;
}

export function measurePut(
  bench: Bench,
  options: Omit<LakehoseOptions, "data">,
  order: (server: Lakehose) => LoadOrder,
): Promise<Put> {
  return bench.withLakehose(options, async (server) => {
    const load = order(server);
    await bench.loader.prepare(load);
    const memory = watchMemory(server.pid);
    const before = secondsByThread(server.pid);
    const report = await bench.loader.run(load);
    const after = secondsByThread(server.pid);
    const residentMiBMax = Math.max(...(await memory.stop()));
    const used = [...after].map(
      ([thread, seconds]) => [thread, ((seconds - (before.get(thread) ?? 0)) * 1e6) / report.acceptedRecords] as const,
    );
    return { report, residentMiBMax, microsByThread: new Map(used) };
  });
}

export function putRow(name: string, puts: readonly Put[]): Row {
  const row = loadRow(
    name,
    puts.map(({ report }) => report),
  );
  return { name, values: { ...row.values, "RSS MiB": middle(puts, ({ residentMiBMax }) => residentMiBMax) } };
}

/** Where the processor's time goes, threads of one name together. */
export function threadsNote(name: string, puts: readonly Put[]): string {
  const threads = [...new Set(puts.flatMap(({ microsByThread }) => [...microsByThread.keys()]))];
  const used = threads
    .map((thread) => ({ thread, micros: middle(puts, (put) => put.microsByThread.get(thread) ?? 0) }))
    .filter(({ micros }) => micros >= 0.01)
    .map(({ thread, micros }) => `${thread} ${micros.toFixed(2)}`);
  return `processor time per record, ${name}, µs: ${used.join(", ")}`;
}

export const putMegabytesPerSecond = ({ report }: Put) => report.megabytesPerSecond;
export const putRequestsPerSecond = ({ report }: Put) => report.requestsPerSecond;
