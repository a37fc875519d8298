import { join } from "node:path";
import { reasonOf } from "../model/errors.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import { type DownloadForm, downloadResult } from "./downloads/result-download.ts";
import type { QueryStatistics, ResultColumn, ResultRow } from "./engine/query-engine.ts";
import type { StatementRunner } from "./engine-on-demand.ts";
import { QueryError } from "./query-error.ts";
import { FINISHED_QUERIES_KEPT } from "./query-limits.ts";
import { ResultFile } from "./result-file.ts";

export type QueryState = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** A statement that was handed in, and what has become of it. Plain data. */
export interface QueryExecution {
  readonly id: string;
  readonly sql: string;
  readonly database: string;
  /** Whether rows count that have not landed yet. */
  readonly fresh: boolean;
  readonly state: QueryState;
  readonly submittedAt: number;
  readonly startedAt?: number;
  readonly endedAt?: number;
  readonly columns?: readonly ResultColumn[];
  /** Rows that can be read already. */
  readonly rows: number;
  readonly statistics?: QueryStatistics;
  readonly failure?: { readonly code: string; readonly message: string };
}

export interface SubmitOptions {
  /** Count rows that are acknowledged and have not landed, too. */
  readonly fresh?: boolean;
  /** Whose prepared statements count; `primary` unless told otherwise. */
  readonly workGroup?: string;
  /** Where it may read less than the engine's own limit says. */
  readonly scannedBytesMax?: number;
  /** 32 hex digits; drawn when it is not given. */
  readonly id?: string;
  /** What has to be done with the whole result before the statement counts as succeeded. It fails when this does. */
  readonly publish?: (execution: QueryExecution, signal: AbortSignal) => Promise<void>;
}

export interface QueriesOptions {
  readonly engine: StatementRunner;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** For results; emptied at the start. */
  readonly directory: string;
}

interface Held {
  execution: QueryExecution;
  readonly abort: AbortController;
  readonly result: ResultFile;
  /** Resolves to what has become of it. */
  readonly ended: Promise<QueryExecution>;
}

/**
 * Statements that run by themselves while whoever asked comes back for their state and rows: what the admin API and the
 * command line speak to. Results lie in files, so that a large one costs no memory and can be read by the page, also
 * while it grows. The latest are kept until the server stops.
 */
export class Queries {
  readonly #options: QueriesOptions;
  /** In the order in which they came. */
  readonly #held = new Map<string, Held>();

  static async open(options: QueriesOptions): Promise<Queries> {
    await options.disk.removeDirectory(options.directory);
    await options.disk.makeDirectory(options.directory);
    return new Queries(options);
  }

  private constructor(options: QueriesOptions) {
    this.#options = options;
  }

  /** Resolves at once; the statement goes on by itself. */
  async submit(sql: string, database: string, options: SubmitOptions = {}): Promise<QueryExecution> {
    const { clock, disk, directory, random } = this.#options;
    await this.#forgetOldest();
    const id = options.id ?? random.bytes(16).toString("hex");
    const { fresh = false } = options;
    const execution = { id, sql, database, fresh, state: "queued", submittedAt: clock.now(), rows: 0 } as const;
    const result = await ResultFile.create(disk, join(directory, id));
    const started = Promise.withResolvers<QueryExecution>();
    const held: Held = { execution, abort: new AbortController(), result, ended: started.promise };
    this.#held.set(id, held);
    void this.#run(held, options).then(() => started.resolve(held.execution));
    return held.execution;
  }

  get(id: string): QueryExecution | undefined {
    return this.#held.get(id)?.execution;
  }

  /** Whether one more would be told that it is busy. */
  get full(): boolean {
    return this.#options.engine.full;
  }

  /** What has become of a statement, once it has ended. */
  async ended(id: string): Promise<QueryExecution | undefined> {
    return this.#held.get(id)?.ended;
  }

  /** Newest first. */
  list(): readonly QueryExecution[] {
    return [...this.#held.values()].map(({ execution }) => execution).reverse();
  }

  /** Resolves when the statement has ended, or when the signal says that nobody waits any more. */
  async wait(id: string, signal: AbortSignal): Promise<void> {
    const given = Promise.withResolvers<void>();
    const onAbort = () => given.resolve();
    if (signal.aborted) return;
    signal.addEventListener("abort", onAbort, { once: true });
    await Promise.race([this.#held.get(id)?.ended, given.promise]);
    signal.removeEventListener("abort", onAbort);
  }

  /** Resolves when it has ended. One that has ended already stays what it is. */
  async cancel(id: string): Promise<void> {
    const held = this.#held.get(id);
    held?.abort.abort(new QueryError("cancelled", "The query was cancelled"));
    await held?.ended;
  }

  /** Rows from the one with this number on, as many as fit a page. */
  async rows(id: string, from: number, limit: number): Promise<readonly ResultRow[]> {
    return (await this.#held.get(id)?.result.read(from, limit)) ?? [];
  }

  /** The whole result as a file. Rejects with a `QueryError` where there is none, or where no such file can hold it. */
  async download(id: string, form: DownloadForm): Promise<AsyncIterable<Buffer>> {
    const { disk, directory, random } = this.#options;
    const { state, columns = [] } = this.#held.get(id)?.execution ?? {};
    if (state !== "succeeded" || columns.length === 0) {
      throw new QueryError(
        "not-found",
        `Query ${id} has no result to download: it has to have ended well, with columns`,
      );
    }
    const result = { columns, rows: (from: number, limit: number) => this.rows(id, from, limit) };
    const scratch = { disk, directory: join(directory, `download-${random.bytes(8).toString("hex")}`) };
    return downloadResult(form, result, scratch);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#held.keys()].map((id) => this.cancel(id)));
    for (const { result } of this.#held.values()) await result.remove();
    await this.#options.engine.close();
    this.#held.clear();
  }

  async #run(held: Held, { publish, workGroup, scannedBytesMax }: SubmitOptions): Promise<void> {
    const { clock, engine } = this.#options;
    const change = (changes: Partial<QueryExecution>) => {
      held.execution = { ...held.execution, ...changes };
    };
    const { sql, database, fresh } = held.execution;
    const limited = {
      ...(workGroup !== undefined && { workGroup }),
      ...(scannedBytesMax !== undefined && { scannedBytesMax }),
    };
    const request = { sql, database, fresh, ...limited, signal: held.abort.signal };
    try {
      const statistics = await engine.run(request, {
        onStarted: () => change({ state: "running", startedAt: clock.now() }),
        columns: (columns) => change({ columns }),
        rows: async (rows) => change({ rows: await held.result.append(rows) }),
      });
      change({ statistics });
      await publish?.(held.execution, held.abort.signal);
      change({ state: "succeeded", endedAt: clock.now() });
    } catch (error) {
      const code = error instanceof QueryError ? error.code : "internal";
      const failure = { code, message: reasonOf(error) };
      change({ state: code === "cancelled" ? "cancelled" : "failed", failure, endedAt: clock.now() });
    }
  }

  async #forgetOldest(): Promise<void> {
    const finished = [...this.#held.values()].filter(({ execution }) => execution.endedAt !== undefined);
    for (const { execution, result } of finished.slice(0, Math.max(0, finished.length - FINISHED_QUERIES_KEPT + 1))) {
      this.#held.delete(execution.id);
      await result.remove();
    }
  }
}
