import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Bench, STREAM } from "./harness/bench.ts";
import { intoKeys, MANY_KEYS } from "./harness/into-keys.ts";
import { streamInto } from "./harness/lakehose.ts";
import { residentMiB, watchMemory } from "./harness/process-usage.ts";
import { middle } from "./harness/rounds.ts";
import { median } from "./harness/statistics.ts";
import { atMost, type Question } from "./question.ts";

/** After this a server that nobody talks to has done what it does at a start. */
const IDLE_MS = 3_000;

/** Little enough that it is reached within ten minutes: a full backlog must not take more memory than an empty one. */
const STREAM_BUDGET = "4GB";

/** As many partitions as AWS lets a stream have open at once. */
const OPEN_KEYS = 500;

const SWEEP_MS = 2_000;

const IDLE_MIB_MAX = 100;
const LOADED_MIB_MAX = 512;

interface Memory {
  readonly idleMiB: number;
  readonly loadedMiBMax: number;
  /** Median of the last quarter of the load over that of the second. */
  readonly growth: number;
}

export const memory: Question = {
  name: "memory",
  asks: "How much memory is resident when nobody calls, and under full load into gzip objects of 500 partitions; does it grow?",
  run: async (bench) => {
    const results: Memory[] = [];
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`round ${round} of ${bench.rounds}`);
      results.push(await measure(bench));
    }
    const idleMiB = middle(results, (one) => one.idleMiB);
    const loadedMiB = Math.max(...results.map((one) => one.loadedMiBMax));
    const growth = middle(results, (one) => one.growth);
    return {
      checks: [
        { what: `idle / ${IDLE_MIB_MAX} MiB`, value: idleMiB / IDLE_MIB_MAX, limit: atMost(1) },
        { what: `loaded / ${LOADED_MIB_MAX} MiB`, value: loadedMiB / LOADED_MIB_MAX, limit: atMost(1) },
        { what: "last quarter of the load / second quarter", value: growth },
      ],
      rows: [{ name: "lakehose", values: { "idle MiB": idleMiB, "loaded MiB, highest": loadedMiB } }],
    };
  },
};

function measure(bench: Bench): Promise<Memory> {
  const streams = [streamInto(STREAM, { ...intoKeys(OPEN_KEYS), CompressionFormat: "GZIP" }, MANY_KEYS)];
  return bench.withLakehose({ streams, streamBudget: STREAM_BUDGET }, async (server) => {
    await sleep(IDLE_MS);
    const idleMiB = residentMiB(server.pid);
    const order = bench.batches(server, { warmUpMs: 0 });
    await bench.loader.prepare(order);
    const watching = watchMemory(server.pid);
    const sweeping = sweep(join(server.data, "buckets", "lake"));
    await bench.loader.run(order).finally(() => sweeping.stop());
    const samples = await watching.stop();
    const quarter = (index: number) =>
      median(samples.slice(Math.floor((samples.length * index) / 4), Math.ceil((samples.length * (index + 1)) / 4)));
    return { idleMiB, loadedMiBMax: Math.max(...samples), growth: quarter(3) / quarter(1) };
  });
}

/** Removes objects as they land: ten minutes of full load would fill most disks. */
function sweep(bucket: string): { stop(): Promise<void> } {
  const ending = new AbortController();
  const sweeping = (async () => {
    while (!ending.signal.aborted) {
      await sleep(SWEEP_MS, undefined, { signal: ending.signal }).catch(() => undefined);
      const entries = await readdir(bucket, { recursive: true, withFileTypes: true }).catch(() => []);
      const objects = entries.filter((entry) => entry.isFile());
      await Promise.all(objects.map((entry) => rm(join(entry.parentPath, entry.name), { force: true })));
    }
  })();
  return {
    stop: () => {
      ending.abort();
      return sweeping;
    },
  };
}
