import type { Catalog } from "../../catalog/catalog.ts";
import type { Partitions } from "../../catalog/partition.ts";
import type { TableChanges } from "../../catalog/table-changes/table-changes.ts";
import type { SessionOptions } from "../../query/engine/session.ts";
import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { Random } from "../../std/random.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { IsSettled } from "../job-kind.ts";

/** What jobs that rewrite files use of the world. */
export interface RewritingWorld {
  readonly catalog: Catalog & { readonly partitions: Partitions };
  readonly changes: TableChanges;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly isSettled: IsSettled;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
}

/** What one run of such a job has beside it. */
export interface RewritingRun extends RewritingWorld {
  /** For people: what the change is called in messages. */
  readonly origin: string;
  /** How long replaced files stay for readers that have listed them. */
  readonly graceMs: number;
  /** The run's own, removed when it ends. */
  readonly directory: string;
  readonly signal: AbortSignal;
  log(line: string): void;
  progress(done: number, total?: number): void;
}

/** DuckDB's memory and threads for one job: less than a query gets, for somebody may be waiting for that one. */
const MEMORY_MIB = 768;
const SPILL_MIB = 4 * 1024;

/** `spillDirectory` must hold nothing else: DuckDB lets statements read all of it. */
export function sessionOptionsOf({ clock, signal }: RewritingRun, spillDirectory: string): SessionOptions {
  return { clock, memoryMib: MEMORY_MIB, threads: 1, spillDirectory, spillMib: SPILL_MIB, signal };
}
