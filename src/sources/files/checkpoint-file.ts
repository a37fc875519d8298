import { randomUUID } from "node:crypto";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { LakehoseError } from "../../model/errors.ts";
import type { FileIdentity, FilePosition } from "./file-position.ts";

/**
 * How far the agent has come, in one SQLite file (as the Kinesis Agent keeps it, in tables of our own).
 *
 *     lakehose_flows    flows that were followed at all: without it a new flow and one without files look alike
 *     lakehose_files    per flow and file: everything before `offset` is acknowledged
 *     lakehose_batches  at most one per file: a batch that was begun, and the id under which it is sent
 *
 * A batch is written down before it is sent. Whoever starts again sends the same bytes under the same id, so that a server that
 * has it already answers and stores nothing. What is to be written together is: all changes of one turn of the event loop
 * are one transaction, and so an acknowledged batch and the next one cost one sync.
 */
export class CheckpointFile {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  #changes: (() => void)[] = [];
  #commit: Promise<void> | undefined;

  /** Throws `LakehoseError` when another agent works with the file. */
  constructor(path: string) {
    this.#database = new DatabaseSync(path);
    try {
      this.#database.exec("PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL");
      this.#database.exec(`PRAGMA synchronous = FULL; BEGIN EXCLUSIVE; ${TABLES}; COMMIT`);
    } catch (error) {
      this.#database.close();
      const isLocked = (error as { errcode?: number }).errcode === SQLITE_BUSY;
      const reason = isLocked
        ? "another agent works with it; stop that one first, or name another file"
        : String(error);
      throw new LakehoseError("checkpoints", `The checkpoint file ${path} cannot be used: ${reason}`, { cause: error });
    }
    this.#statements = prepare(this.#database);
  }

  /** `undefined`: the flow was never followed. */
  positions(flow: string): FilePosition[] | undefined {
    if (this.#statements.findFlow.get(flow) === undefined) return undefined;
    return this.#statements.files.all(flow).map((row) => positionOf(row as unknown as FileRow));
  }

  /** Positions without a batch. */
  remember(flow: string, positions: readonly FilePosition[]): Promise<void> {
    return this.#change(() => {
      this.#statements.addFlow.run(flow);
      for (const position of positions) this.#write(flow, position);
    });
  }

  /** Resolves to the id under which the batch is sent: the one of the last time, when it was begun before. */
  async begin(flow: string, from: number, position: FilePosition): Promise<string> {
    const { device, inode, offset: to } = position;
    const begun = this.#statements.findBatch.get(flow, device, inode, from, to);
    if (begun !== undefined) return String(begun.invocation);
    const invocation = randomUUID();
    await this.#change(() => void this.#statements.addBatch.run(flow, device, inode, from, to, invocation));
    return invocation;
  }

  /** The batch is acknowledged. Durable with whatever is written next, or by `settle`; until then it would only be repeated. */
  finish(flow: string, position: FilePosition): void {
    const { device, inode } = position;
    const written = this.#change(() => {
      this.#statements.removeBatch.run(flow, device, inode);
      this.#write(flow, position);
    });
    // Whoever begins the next batch meets the same failure, and can tell somebody.
    written.catch(() => undefined);
  }

  forget(flow: string, before: number): Promise<void> {
    return this.#change(() => void this.#statements.forget.run(flow, before));
  }

  /** Resolves when all that was said is durable. */
  async settle(): Promise<void> {
    await this.#commit;
  }

  async close(): Promise<void> {
    await this.settle();
    this.#database.close();
  }

  #write(flow: string, position: FilePosition): void {
    const { device, inode, path, offset, fingerprint, seenAt } = position;
    const { headBytes, head, mark } = fingerprint;
    this.#statements.writeFile.run(flow, device, inode, path, offset, headBytes, head, mark, seenAt);
  }

  #change(change: () => void): Promise<void> {
    this.#changes.push(change);
    this.#commit ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        try {
          this.#commitChanges();
          resolve();
        } catch (error) {
          reject(error);
        }
      });
    });
    return this.#commit;
  }

  #commitChanges(): void {
    const changes = this.#changes;
    this.#changes = [];
    this.#commit = undefined;
    try {
      this.#database.exec("BEGIN");
      for (const change of changes) change();
      this.#database.exec("COMMIT");
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.#changes = [...changes, ...this.#changes];
      throw error;
    }
  }
}

const SQLITE_BUSY = 5;

const FILE_KEY = "flow TEXT NOT NULL, device INTEGER NOT NULL, inode INTEGER NOT NULL";
const TABLES = `
  CREATE TABLE IF NOT EXISTS lakehose_flows (flow TEXT PRIMARY KEY);
  CREATE TABLE IF NOT EXISTS lakehose_files (
    ${FILE_KEY}, path TEXT NOT NULL, place INTEGER NOT NULL, head_bytes INTEGER NOT NULL, head TEXT NOT NULL,
    mark TEXT NOT NULL, seen_at INTEGER NOT NULL, PRIMARY KEY (flow, device, inode));
  CREATE TABLE IF NOT EXISTS lakehose_batches (
    ${FILE_KEY}, batch_from INTEGER NOT NULL, batch_to INTEGER NOT NULL, invocation TEXT NOT NULL,
    PRIMARY KEY (flow, device, inode))`;

type Statements = Readonly<Record<keyof typeof SQL, StatementSync>>;

const SQL = {
  findFlow: "SELECT flow FROM lakehose_flows WHERE flow = ?",
  addFlow: "INSERT OR IGNORE INTO lakehose_flows VALUES (?)",
  files: `SELECT f.*, b.batch_to FROM lakehose_files f LEFT JOIN lakehose_batches b
    ON b.flow = f.flow AND b.device = f.device AND b.inode = f.inode AND b.batch_from = f.place WHERE f.flow = ?`,
  writeFile: "INSERT OR REPLACE INTO lakehose_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
  findBatch:
    "SELECT invocation FROM lakehose_batches WHERE flow = ? AND device = ? AND inode = ? AND batch_from = ? AND batch_to = ?",
  addBatch: "INSERT OR REPLACE INTO lakehose_batches VALUES (?, ?, ?, ?, ?, ?)",
  removeBatch: "DELETE FROM lakehose_batches WHERE flow = ? AND device = ? AND inode = ?",
  forget: "DELETE FROM lakehose_files WHERE flow = ? AND seen_at < ?",
} as const;

function prepare(database: DatabaseSync): Statements {
  const entries = Object.entries(SQL).map(([name, sql]) => [name, database.prepare(sql)]);
  return Object.fromEntries(entries) as Statements;
}

interface FileRow extends FileIdentity {
  readonly path: string;
  readonly place: number;
  readonly head_bytes: number;
  readonly head: string;
  readonly mark: string;
  readonly seen_at: number;
  readonly batch_to: number | null;
}

function positionOf(row: FileRow): FilePosition {
  const { device, inode, path, place: offset, head_bytes: headBytes, head, mark, seen_at: seenAt, batch_to } = row;
  const fingerprint = { headBytes, head, mark };
  return { device, inode, path, offset, fingerprint, seenAt, ...(batch_to !== null && { batchEnd: batch_to }) };
}
