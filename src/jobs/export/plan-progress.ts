import { csvFormat } from "../../formats/csv/csv-format.ts";
import { parquetFormat } from "../../formats/parquet/parquet-format.ts";
import { invariant } from "../../std/assert.ts";
import { Mutex } from "../../std/mutex.ts";
import type { JobRun } from "../job-kind.ts";
import {
  type ExportOutput,
  type ExportPlan,
  type ExportState,
  type PlannedChunk,
  type PlannedTable,
  readExportState,
  type Sealed,
  writeExportState,
} from "./export-state.ts";
import { objectName } from "./object-names.ts";
import type { ChunkBounds } from "./postgresql/row-condition.ts";

/** A chunk with what follows from its place. */
export interface ChunkTask {
  readonly table: PlannedTable;
  readonly chunk: PlannedChunk;
  /** Key of its object. */
  readonly name: string;
  readonly bounds: ChunkBounds;
}

/** How far a plan has come: the only place that changes what is remembered. What a call resolves with is durable. */
export class PlanProgress {
  readonly #run: JobRun;
  readonly #state: ExportState;
  readonly #writes = new Mutex();
  /** Of this run, which may have begun with chunks that another one did. */
  #adoptedRows = 0;
  #last: ExportPlan | undefined;

  static async open(run: JobRun): Promise<PlanProgress> {
    return new PlanProgress(run, await readExportState(run.state));
  }

  private constructor(run: JobRun, state: ExportState) {
    this.#run = run;
    this.#state = state;
    this.#last = state.plan;
    this.#adoptedRows = this.#rowsDone();
  }

  get plan(): ExportPlan | undefined {
    return this.#state.plan;
  }

  get cursors(): ExportState["cursors"] {
    return this.#state.cursors;
  }

  async begin(plan: ExportPlan): Promise<void> {
    this.#state.plan = plan;
    this.#last = plan;
    this.#adoptedRows = 0;
    await this.#save();
  }

  async seal(chunk: PlannedChunk, sealed: Sealed): Promise<void> {
    chunk.sealed = sealed;
    await this.#save();
  }

  async finish(chunk: PlannedChunk, sealed: Sealed): Promise<void> {
    chunk.sealed = sealed;
    chunk.done = true;
    await this.#save();
    this.#run.progress(this.#rowsDone());
  }

  /** The plan is carried out. */
  async end(cursors: ExportState["cursors"]): Promise<void> {
    this.#state.cursors = { ...this.#state.cursors, ...cursors };
    delete this.#state.plan;
    await this.#save();
  }

  isComplete(): boolean {
    return this.todo().length === 0;
  }

  /** Chunks that are left, in the order of tables and keys. */
  todo(): readonly ChunkTask[] {
    const { plan } = this.#state;
    invariant(plan !== undefined, "only a plan has something left to do");
    const tasks = plan.tables.flatMap((table) => {
      return table.chunks.map((chunk, index) => {
        const name = objectName(table.folder, index, extensionOf(plan.output));
        return { table, chunk, name, bounds: { after: table.chunks[index - 1]?.upTo, upTo: chunk.upTo } };
      });
    });
    return tasks.filter(({ chunk }) => chunk.done !== true);
  }

  summary(): string {
    const { tables = [] } = this.#state.plan ?? {};
    const chunks = tables.reduce((sum, table) => sum + table.chunks.length, 0);
    return `${tables.length} tables in ${chunks} chunks, of which ${this.todo().length} are left`;
  }

  /** Of the plan that was carried out last. */
  counters(): Record<string, number> {
    const tables = this.#last?.tables ?? [];
    const objects = this.#chunks().filter(({ sealed }) => (sealed?.rows ?? 0) > 0);
    return {
      tablesExported: tables.length,
      rowsExported: this.#rowsDone(),
      rowsOfEarlierAttempts: this.#adoptedRows,
      objectsWritten: objects.length,
      bytesWritten: objects.reduce((sum, { sealed }) => sum + (sealed?.bytes ?? 0), 0),
    };
  }

  #rowsDone(): number {
    return this.#chunks().reduce((sum, { done, sealed }) => sum + (done === true ? (sealed?.rows ?? 0) : 0), 0);
  }

  #chunks(): readonly PlannedChunk[] {
    return this.#last?.tables.flatMap((table) => table.chunks) ?? [];
  }

  /** One after another: a later one holds all that an earlier one does. */
  #save(): Promise<void> {
    return this.#writes.run(() => writeExportState(this.#run.state, this.#state));
  }
}

function extensionOf({ format, compression }: ExportOutput): string {
  return format === "csv" ? csvFormat.extension({ type: compression }) : parquetFormat.extension({ type: "none" });
}
