import { join } from "node:path";
import { reasonOf } from "../../model/errors.ts";
import { Mutex } from "../../std/mutex.ts";
import type { PreparedStatements } from "../prepared/prepared-statements.ts";
import type { Queries, QueryExecution } from "../queries.ts";
import { QueryError } from "../query-error.ts";
import { NOTHING_READ } from "../query-statistics.ts";
import { RecordFiles } from "../record-files.ts";
import { type Execution, execution, resultFormOf } from "./execution.ts";
import { drawId } from "./execution-id.ts";
import { manifestOf, type PublishOptions, publishResult } from "./publish-result.ts";
import { type ResultPage, readResult } from "./read-result.ts";
import { type ResultSettings, resultFolder } from "./result-settings.ts";

/**
 * Statements with a history: each belongs to a work group, leaves its result in a bucket, and is remembered across restarts.
 *
 *   start    parse → record on disk (queued) → `Queries` runs it
 *   end      rows → file in the bucket, whole → record on disk (ended) → everybody sees the end
 *   restart  a record that had not ended has failed: its statement is gone with the server that ran it
 *
 * So who reads "succeeded" finds the result, and a token under which a statement was started finds that statement, also
 * after a restart. Results are read from their buckets alone.
 */
export interface ExecutionsOptions extends Omit<PublishOptions, "directory"> {
  readonly queries: Queries;
  /** Records of executions. */
  readonly directory: string;
  /** Files on their way into buckets; emptied at the start. */
  readonly temporaryDirectory: string;
  readonly history?: HistoryLimits;
  /** Absent where none are kept. */
  readonly prepared?: PreparedStatements;
}

export interface ExecutionRequest {
  readonly sql: string;
  /** Values for its question marks. */
  readonly parameters: readonly string[];
  readonly database: string;
  readonly workGroup: string;
  readonly results: ResultSettings & { readonly location: string };
  readonly token?: string;
  /** Of its work group, where it has one. */
  readonly scannedBytesMax?: number;
}

/** How many of those that have ended are still known. Their statements are in memory, so their length counts too. */
export interface HistoryLimits {
  readonly ended: number;
  /** Characters. */
  readonly statements: number;
}

const DEFAULT_HISTORY: HistoryLimits = { ended: 1_000, statements: 32 * 1024 ** 2 };

export class Executions {
  readonly #options: ExecutionsOptions;
  readonly #files: RecordFiles<Execution>;
  /** In the order in which they came. */
  readonly #known = new Map<string, Execution>();
  /** Ids by tokens. */
  readonly #tokens = new Map<string, string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #starts = new Mutex();

  static async open(options: ExecutionsOptions): Promise<Executions> {
    const { disk, temporaryDirectory } = options;
    await disk.removeDirectory(temporaryDirectory);
    await disk.makeDirectory(temporaryDirectory);
    const executions = new Executions(options);
    await executions.#load();
    return executions;
  }

  private constructor(options: ExecutionsOptions) {
    this.#options = options;
    const { disk, directory } = options;
    this.#files = new RecordFiles({ disk, directory: join(directory, "executions"), schema: execution });
  }

  /** Resolves once it is written down; the statement goes on by itself. Throws for one that nobody could run. */
  start(request: ExecutionRequest): Promise<Execution> {
    return this.#starts.run(() => this.#start(request));
  }

  get(id: string): Execution | undefined {
    const known = this.#known.get(id);
    const live = known?.endedAt === undefined ? this.#options.queries.get(queryId(id)) : undefined;
    // What has ended but is not written down yet counts as running.
    if (known === undefined || live?.startedAt === undefined) return known;
    return { ...known, state: "running", startedAt: live.startedAt };
  }

  /** Of a work group, newest first. */
  list(workGroup: string): readonly Execution[] {
    return [...this.#known.values()].filter((one) => one.workGroup === workGroup).reverse();
  }

  /** Resolves once it has ended. One that has ended already stays what it is. */
  async stop(id: string): Promise<void> {
    await this.#options.queries.cancel(queryId(id));
    await this.#running.get(id);
  }

  /** A page of the result of a statement that has succeeded, from a byte on that an earlier page named. */
  readResult(ended: Execution, start: number, limit: number): Promise<ResultPage> {
    return readResult(ended, this.#options.storeFor(ended.object.bucket), start, limit);
  }

  /** Forgets those of a work group that have ended. Their results stay in their buckets. */
  async forget(workGroup: string): Promise<void> {
    for (const one of this.list(workGroup)) if (one.endedAt !== undefined) await this.#remove(one);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id)));
  }

  async #load(): Promise<void> {
    const records = [...(await this.#files.load())].sort((a, b) => a.submittedAt - b.submittedAt);
    for (const record of records) {
      this.#remember(record);
      if (record.endedAt !== undefined) continue;
      const failure = { code: "server-stopped", message: "The server stopped before the query had ended" };
      await this.#save({ ...record, state: "failed", failure, endedAt: this.#options.clock.now() });
    }
    await this.#forgetOldest();
  }

  async #start(request: ExecutionRequest): Promise<Execution> {
    const { clock, queries, random, prepared } = this.#options;
    const before = this.#startedUnder(request);
    if (before !== undefined) return before;
    const { results, parameters, token, workGroup, scannedBytesMax } = request;
    const folder = resultFolder(results.location);
    // With the first statement: nobody needs the dialect before.
    const { resolveStatement } = await import("../prepared/resolve-statement.ts");
    const resolved = resolveStatement(request.sql, parameters, prepared, workGroup);
    const { sql } = resolved;
    const statement = resolved.statement.kind;
    if (queries.full) throw new QueryError("busy", "Too many queries run and wait already; try again later");
    const id = drawId(random);
    const record: Execution = {
      id,
      sql: request.sql,
      ...(parameters.length > 0 && { parameters: [...parameters] }),
      database: request.database,
      workGroup,
      statement,
      results,
      object: { bucket: folder.bucket, key: `${folder.prefix}${id}.${resultFormOf(statement)}` },
      ...(token !== undefined && { token }),
      state: "queued",
      submittedAt: clock.now(),
    };
    await this.#save(record);
    try {
      await this.#forgetOldest();
      await this.#submit(record, sql, scannedBytesMax);
    } catch (error) {
      // Nobody runs it: under its token the next try must not find it.
      const failure = { code: "not-started", message: reasonOf(error) };
      const failed = { ...record, state: "failed" as const, failure, endedAt: clock.now() };
      await this.#remove(record).catch(() => this.#remember(failed));
      throw error;
    }
    return record;
  }

  async #submit(record: Execution, sql: string, scannedBytesMax: number | undefined): Promise<void> {
    const { queries } = this.#options;
    const id = queryId(record.id);
    let resultBytes = 0;
    await queries.submit(sql, record.database, {
      id,
      workGroup: record.workGroup,
      ...(scannedBytesMax !== undefined && { scannedBytesMax }),
      publish: async ({ columns = [], statistics }, signal) => {
        const rows = (from: number, limit: number) => queries.rows(id, from, limit);
        const options = { ...this.#options, directory: this.#options.temporaryDirectory };
        resultBytes = await publishResult(
          { execution: record, columns, rows, written: statistics?.written, signal },
          options,
        );
      },
    });
    const ended = queries.ended(id).then((end) => this.#end(record, end, resultBytes));
    this.#running.set(record.id, ended);
  }

  /** What was started under the same token. Throws when it was something else. */
  #startedUnder({ token, sql, parameters, database, workGroup }: ExecutionRequest): Execution | undefined {
    const before = token === undefined ? undefined : this.#known.get(this.#tokens.get(token) ?? "");
    if (before === undefined) return undefined;
    const same =
      before.sql === sql &&
      before.database === database &&
      before.workGroup === workGroup &&
      JSON.stringify(before.parameters ?? []) === JSON.stringify(parameters);
    if (same) return before;
    throw new QueryError(
      "data",
      "Idempotent parameters do not match: the same ClientRequestToken came with another query",
    );
  }

  async #end(record: Execution, end: QueryExecution | undefined, resultBytes: number): Promise<void> {
    const { startedAt, endedAt = this.#options.clock.now(), columns, statistics, failure } = end ?? {};
    const { written, ...counts } = statistics ?? {};
    const ended: Execution = {
      ...record,
      state: end?.state ?? "failed",
      endedAt,
      ...(startedAt !== undefined && { startedAt }),
      ...(columns !== undefined && { columns: [...columns] }),
      ...(statistics !== undefined && { statistics: { ...NOTHING_READ, ...counts } }),
      ...(written !== undefined && end?.state === "succeeded" && { manifest: manifestOf(record) }),
      ...(end?.state === "succeeded" && { resultBytes }),
      ...(failure !== undefined && { failure }),
    };
    // On a disk that takes nothing the end is known until the server stops, and is a failure from then on.
    await this.#save(ended).catch(() => this.#remember(ended));
    this.#running.delete(record.id);
  }

  async #save(record: Execution): Promise<void> {
    await this.#files.save(record.id, record);
    this.#remember(record);
  }

  #remember(record: Execution): void {
    this.#known.set(record.id, record);
    if (record.token !== undefined) this.#tokens.set(record.token, record.id);
  }

  async #remove({ id, token }: Execution): Promise<void> {
    await this.#files.remove(id);
    this.#known.delete(id);
    if (token !== undefined) this.#tokens.delete(token);
  }

  async #forgetOldest(): Promise<void> {
    const ended = [...this.#known.values()].filter(({ endedAt }) => endedAt !== undefined);
    const { history = DEFAULT_HISTORY } = this.#options;
    let length = ended.reduce((sum, { sql }) => sum + sql.length, 0);
    let count = ended.length;
    for (const one of ended) {
      if (count <= history.ended && length <= history.statements) return;
      await this.#remove(one);
      count--;
      length -= one.sql.length;
    }
  }
}

function queryId(id: string): string {
  return id.replaceAll("-", "");
}
