import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { RewritingRun } from "../../src/jobs/rewriting/rewriting-world.ts";
import { systemClock } from "../../src/std/clock.ts";
import { nodeDisk } from "../../src/std/node-disk.ts";
import { systemRandom } from "../../src/std/random.ts";
import type { QueryWorld } from "./query-world.ts";

/** A run of a job that rewrites files of the world that queries see; what it tells people is in `lines`. */
export function rewritingRun(
  world: QueryWorld,
  options: Partial<RewritingRun> = {},
): RewritingRun & { readonly lines: readonly string[] } {
  const directory = join(world.root, "run");
  mkdirSync(directory, { recursive: true });
  const { partitions } = world;
  const lines: string[] = [];
  return {
    catalog: new Proxy(world.catalog, {
      get: (catalog, name) => {
        if (name === "partitions") return partitions;
        const value = Reflect.get(catalog, name, catalog);
        return typeof value === "function" ? value.bind(catalog) : value;
      },
    }),
    changes: world.changes,
    storeFor: world.storeFor,
    isSettled: () => true,
    clock: systemClock,
    disk: nodeDisk,
    random: systemRandom,
    origin: "job nightly",
    graceMs: 3_600_000,
    directory,
    signal: new AbortController().signal,
    log: (line) => lines.push(line),
    progress: () => undefined,
    lines,
    ...options,
  };
}
