import { open, rm } from "node:fs/promises";
import { arch, cpus, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { median, percentile } from "./statistics.ts";

/** Where the figures come from: enough to judge them, nothing that names the machine. */
export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly datasync: readonly DatasyncLatency[];
}

export interface DatasyncLatency {
  readonly bytes: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One group commit of single records, and one of a full batch. */
const DATASYNC_BYTES = [4 * 1024, 512 * 1024] as const;
const DATASYNC_COUNT = 200;

export async function describeMachine(folder: string): Promise<Machine> {
  const datasync: DatasyncLatency[] = [];
  for (const bytes of DATASYNC_BYTES) datasync.push(await datasyncLatency(folder, bytes));
  const processors = cpus();
  return {
    processor: processors[0]?.model ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 1024 ** 3),
    system: `${platform()} ${release().split("-")[0]} ${arch()}`,
    node: process.version,
    datasync,
  };
}

/** Write and fdatasync at the next offset of one file, through the thread pool as the server does it. */
async function datasyncLatency(folder: string, bytes: number): Promise<DatasyncLatency> {
  const path = join(folder, `datasync-${bytes}`);
  const file = await open(path, "wx");
  const chunk = Buffer.alloc(bytes, "x");
  const latenciesMs: number[] = [];
  for (let index = 0; index < DATASYNC_COUNT; index++) {
    const startedAt = performance.now();
    await file.write(chunk, 0, bytes, index * bytes);
    await file.datasync();
    latenciesMs.push(performance.now() - startedAt);
  }
  await file.close();
  await rm(path);
  const sorted = latenciesMs.sort((a, b) => a - b);
  return { bytes, p50Ms: median(sorted), p99Ms: percentile(sorted, 0.99) };
}

export function machineText({ processor, cores, memoryGiB, system, node, datasync }: Machine): string {
  const latencies = datasync.map(
    ({ bytes, p50Ms, p99Ms }) => `${bytes / 1024} KiB ${p50Ms.toFixed(2)} ms (p99 ${p99Ms.toFixed(2)})`,
  );
  return [
    `machine   ${cores} x ${processor}, ${memoryGiB} GiB, ${system}, Node ${node}`,
    `fdatasync ${latencies.join(", ")}`,
    "load      on the same machine, over loopback; MB = 10^6 bytes of records before base64",
  ].join("\n");
}
