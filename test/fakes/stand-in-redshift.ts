import { gunzipSync } from "node:zlib";
import { parseJsonObject } from "../../src/std/json-node.ts";
import { type SqlAnswer, SqlFailure, type SqlSession, startSqlWireServer } from "./sql-wire-server.ts";

/**
 * A stand-in for Amazon Redshift, for which there is no server to be had: it speaks the protocol, has transactions and table
 * locks, and understands the statements that Lakehose sends. COPY is taken apart, its manifest and the objects that this names
 * are read from `readObject`, and their JSON lines become rows. As Redshift, it enforces no keys.
 */
export interface StandInRedshift {
  readonly port: number;
  readonly password: string;
  /** Committed rows, by table. */
  readonly tables: Map<string, Row[]>;
  /** Statements that came, in order. */
  readonly statements: string[];
  /** Whether COPYs of several sessions overlapped. */
  readonly copiesAtOnceMax: number;
  /** Asked for each statement: an error to answer with, or how its connection breaks. */
  fault: (sql: string) => SqlFailure | "before" | "after" | undefined;
  close(): Promise<void>;
}

export type Row = Readonly<Record<string, string>>;
export type ReadObject = (bucket: string, key: string) => Promise<Buffer | undefined>;

export const STAND_IN_PASSWORD = "a Passw0rd";

class Cluster {
  readonly tables = new Map<string, Row[]>([["public.orders", []]]);
  readonly locks = new Map<string, Session>();
  readonly statements: string[] = [];
  readonly readObject: ReadObject;
  copies = 0;
  copiesAtOnceMax = 0;
  fault: StandInRedshift["fault"] = () => undefined;

  constructor(readObject: ReadObject) {
    this.readObject = readObject;
  }
}

export async function startStandInRedshift(readObject: ReadObject): Promise<StandInRedshift> {
  const cluster = new Cluster(readObject);
  const server = await startSqlWireServer(STAND_IN_PASSWORD, () => new Session(cluster));
  return {
    ...{ port: server.port, password: STAND_IN_PASSWORD, tables: cluster.tables, statements: cluster.statements },
    get copiesAtOnceMax() {
      return cluster.copiesAtOnceMax;
    },
    get fault() {
      return cluster.fault;
    },
    set fault(next) {
      cluster.fault = next;
    },
    close: () => server.close(),
  };
}

class Session implements SqlSession {
  readonly #cluster: Cluster;
  /** What the open transaction does at its end. */
  #changes: (() => void)[] | undefined;
  #isFailed = false;

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async run(sql: string): Promise<SqlAnswer> {
    const { statements, fault } = this.#cluster;
    statements.push(sql);
    const wanted = fault(sql);
    if (wanted === "before") throw new Error("the connection breaks");
    try {
      if (wanted instanceof SqlFailure) throw wanted;
      const answer = await this.#execute(sql.trim());
      if (wanted === "after") throw new Error("the connection breaks");
      return answer;
    } catch (error) {
      this.#isFailed = this.#changes !== undefined;
      throw error;
    }
  }

  closed(): void {
    this.#end();
  }

  async #execute(sql: string): Promise<SqlAnswer> {
    if (this.#isFailed && !/^(ROLLBACK|COMMIT)$/i.test(sql)) {
      throw new SqlFailure("25P02", "current transaction is aborted, commands ignored until end of transaction block");
    }
    const [word = ""] = sql.toUpperCase().split(" ");
    const execute = STATEMENTS[word];
    if (execute === undefined) throw new SqlFailure("42601", `syntax error at or near "${word}"`);
    return execute(this, sql);
  }

  begin(): SqlAnswer {
    this.#changes = [];
    return { tag: "BEGIN" };
  }

  commit(): SqlAnswer {
    const tag = this.#isFailed ? "ROLLBACK" : "COMMIT";
    if (!this.#isFailed) for (const change of this.#changes ?? []) change();
    this.#end();
    return { tag };
  }

  rollback(): SqlAnswer {
    this.#end();
    return { tag: "ROLLBACK" };
  }

  async lock(table: string): Promise<SqlAnswer> {
    const { locks } = this.#cluster;
    while ((locks.get(table) ?? this) !== this) await new Promise(setImmediate);
    locks.set(table, this);
    return { tag: "LOCK TABLE" };
  }

  create(table: string): SqlAnswer {
    if (!this.#cluster.tables.has(table)) this.#cluster.tables.set(table, []);
    return { tag: "CREATE TABLE" };
  }

  rowsOf(table: string): Row[] {
    const rows = this.#cluster.tables.get(table);
    if (rows === undefined) throw new SqlFailure("42P01", `relation "${table}" does not exist`);
    return rows;
  }

  change(change: () => void): void {
    if (this.#changes === undefined) change();
    else this.#changes.push(change);
  }

  async copy(sql: string): Promise<SqlAnswer> {
    const cluster = this.#cluster;
    cluster.copiesAtOnceMax = Math.max(cluster.copiesAtOnceMax, ++cluster.copies);
    try {
      const { table, rows } = await readCopy(sql, cluster.readObject);
      const target = this.rowsOf(table);
      this.change(() => target.push(...rows));
      return { tag: "COPY" };
    } finally {
      cluster.copies--;
    }
  }

  #end(): void {
    this.#changes = undefined;
    this.#isFailed = false;
    for (const [table, holder] of this.#cluster.locks) if (holder === this) this.#cluster.locks.delete(table);
  }
}

type Execute = (session: Session, sql: string) => SqlAnswer | Promise<SqlAnswer>;

const STATEMENTS: Readonly<Record<string, Execute>> = {
  BEGIN: (session) => session.begin(),
  COMMIT: (session) => session.commit(),
  ROLLBACK: (session) => session.rollback(),
  LOCK: (session, sql) => session.lock(parts(sql, /^LOCK (\w+)$/)[0] ?? ""),
  CREATE: (session, sql) => session.create(parts(sql, /^CREATE TABLE IF NOT EXISTS (\w+) \(.*\)$/)[0] ?? ""),
  COPY: (session, sql) => session.copy(sql),
  SELECT: (session, sql) => {
    const [table = "", id] = parts(sql, /^SELECT 1 FROM (\w+) (?:WHERE parcel_id = '([^']*)'|LIMIT 0)$/);
    const rows = session.rowsOf(table).filter(({ parcel_id }) => parcel_id === id);
    return { tag: `SELECT ${rows.length}`, rows: rows.map(() => ["1"]) };
  },
  DELETE: (session, sql) => {
    const [table = "", delivery, below] = parts(
      sql,
      /^DELETE FROM (\w+) WHERE delivery = '([^']*)' AND ordinal < (\d+)$/,
    );
    const rows = session.rowsOf(table);
    const kept = rows.filter((row) => row.delivery !== delivery || Number(row.ordinal) >= Number(below));
    session.change(() => rows.splice(0, rows.length, ...kept));
    return { tag: "DELETE 0" };
  },
  INSERT: (session, sql) => {
    const pattern = /^INSERT INTO (\w+) VALUES \('([^']*)', '([^']*)', (\d+)\)$/;
    const [table = "", delivery = "", parcel_id = "", ordinal = ""] = parts(sql, pattern);
    const rows = session.rowsOf(table);
    session.change(() => rows.push({ delivery, parcel_id, ordinal }));
    return { tag: "INSERT 0 1" };
  },
};

function parts(sql: string, pattern: RegExp): readonly (string | undefined)[] {
  const found = pattern.exec(sql);
  if (found === null) throw new SqlFailure("42601", `syntax error in: ${sql}`);
  return found.slice(1);
}

const COPY = /^COPY ([\w.]+)(?: \(([^)]*)\))? FROM 's3:\/\/([^/']+)\/([^']+)' IAM_ROLE '([^']+)' MANIFEST ?(.*)$/;

async function readCopy(sql: string, readObject: ReadObject) {
  const [table = "", columns = "", bucket = "", key = "", , copyOptions = ""] = parts(sql, COPY);
  if (!/\bjson 'auto'/i.test(copyOptions)) throw new SqlFailure("0A000", "the stand-in reads json 'auto' only");
  const manifest = JSON.parse((await object(readObject, bucket, key)).toString()) as Manifest;
  const wanted = columns.split(",").map((name) => name.trim());
  const rows: Row[] = [];
  for (const { url } of manifest.entries) {
    const [, source = "", name = ""] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? [];
    const bytes = await object(readObject, source, name);
    const lines = (/\bgzip\b/i.test(copyOptions) ? gunzipSync(bytes) : bytes).toString().split("\n").filter(Boolean);
    rows.push(...lines.map((line) => rowOf(line, wanted)));
  }
  return { table, rows };
}

interface Manifest {
  readonly entries: readonly { readonly url: string }[];
}

function rowOf(line: string, wanted: readonly string[]): Row {
  const members = parseJsonObject(Buffer.from(line))?.members();
  if (members === undefined) {
    throw new SqlFailure("XX000", "Load into table failed.  Check 'stl_load_errors' system table for details.");
  }
  const row = Object.fromEntries(members.map(({ name, value }) => [name, value.text]));
  return wanted[0] === "" ? row : Object.fromEntries(wanted.map((name) => [name, row[name] ?? ""]));
}

async function object(readObject: ReadObject, bucket: string, key: string): Promise<Buffer> {
  const found = await readObject(bucket, key);
  if (found === undefined)
    throw new SqlFailure("XX000", `S3ServiceException: The specified key does not exist: ${key}`);
  return found;
}
