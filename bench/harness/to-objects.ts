import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Row } from "../question.ts";
import { type Bench, STREAM } from "./bench.ts";
import { streamInto } from "./lakehose.ts";
import { watchMemory } from "./process-usage.ts";
import { middle } from "./rounds.ts";

export interface ToObjects {
  /** From the first request until the last record of the load lies in an object, durably. */
  readonly deliveredMegabytesPerSecond: number;
  readonly acknowledgedMegabytesPerSecond: number;
  /** How long deliveries went on after the load. */
  readonly drainSeconds: number;
  /** Bytes of records for one byte of object. */
  readonly shrinks: number;
  readonly residentMiBMax: number;
}

/** Full load of batches into one stream, then a flush; every record has to have landed. */
export function measureToObjects(
  bench: Bench,
  destination: Readonly<Record<string, unknown>>,
  lakehose: Readonly<Record<string, unknown>> = {},
): Promise<ToObjects> {
  const streams = [streamInto(STREAM, destination, lakehose)];
  return bench.withLakehose({ streams }, async (server) => {
    const order = bench.batches(server, { warmUpMs: 0 });
    await bench.loader.prepare(order);
    const memory = watchMemory(server.pid);
    const startedAt = performance.now();
    const report = await bench.loader.run(order);
    const loadedAt = performance.now();
    await server.flush(STREAM);
    const endedAt = performance.now();
    const samples = await memory.stop();
    await server.expectDelivered(STREAM, report.acceptedRecords);
    const objectBytes = await bytesBelow(join(server.data, "buckets"));
    return {
      deliveredMegabytesPerSecond: report.acceptedBytes / 1000 / (endedAt - startedAt),
      acknowledgedMegabytesPerSecond: report.megabytesPerSecond,
      drainSeconds: (endedAt - loadedAt) / 1000,
      shrinks: report.acceptedBytes / objectBytes,
      residentMiBMax: Math.max(...samples),
    };
  });
}

export function toObjectsRow(name: string, results: readonly ToObjects[]): Row {
  return {
    name,
    values: {
      "delivered MB/s": middle(results, (one) => one.deliveredMegabytesPerSecond),
      "acknowledged MB/s": middle(results, (one) => one.acknowledgedMegabytesPerSecond),
      "drain s": middle(results, (one) => one.drainSeconds),
      shrinks: middle(results, (one) => one.shrinks),
      "RSS MiB": middle(results, (one) => one.residentMiBMax),
    },
  };
}

export const deliveredMegabytesPerSecond = (result: ToObjects) => result.deliveredMegabytesPerSecond;

async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) bytes += (await stat(join(entry.parentPath, entry.name))).size;
  }
  return bytes;
}
