import type { Client } from "pg";
import { quotedText } from "../../../std/sql-text.ts";
import { sourceFailure } from "./source-failure.ts";

/** Where the source is and who asks, with the secrets that the options only name. */
export interface SourceAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly tls: "off" | { readonly authorities: string | undefined };
}

export interface SessionOptions {
  /** Sees what the session saw that exported it; absent = what is there now. */
  readonly snapshot?: string;
  readonly signal: AbortSignal;
}

/** Values as the source writes them. */
export type SourceRow = readonly (string | null)[];

/** What reading needs of a session. */
export type RowSource = Pick<SourceSession, "rows" | "copy">;

/**
 * One connection to the source, in one transaction that reads and sees nothing that was committed after it began.
 *
 * Settings hold for the transaction only, so that a pooler in between hands nothing of them to others. They make texts of
 * values the same whatever the role or database is set to, and have row security fail rather than hide rows.
 */
export class SourceSession {
  readonly #client: Client;
  readonly #signal: AbortSignal;
  readonly #place: string;
  readonly #onAbort = () => void this.close();
  #ended: Promise<void> | undefined;

  static async open(address: SourceAddress, { snapshot, signal }: SessionOptions): Promise<SourceSession> {
    const { default: pg } = await import("pg");
    signal.throwIfAborted();
    const { host, port, database, user, password, tls } = address;
    const client = new pg.Client({
      host,
      port,
      database,
      user,
      password,
      ssl: tls === "off" ? false : { ...(tls.authorities !== undefined && { ca: tls.authorities }) },
      application_name: "lakehose export",
      connectionTimeoutMillis: CONNECT_MS_MAX,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      types: { getTypeParser: () => (text: string) => text },
    });
    const session = new SourceSession(client, `${database} at ${host}:${port}`, signal);
    await session.#begin(snapshot);
    return session;
  }

  private constructor(client: Client, place: string, signal: AbortSignal) {
    this.#client = client;
    this.#place = place;
    this.#signal = signal;
    // Between two statements nobody waits for an answer; the next statement fails for the same reason.
    client.on("error", () => undefined);
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** The name under which other sessions see what this one sees, while it is open. */
  async exportSnapshot(): Promise<string> {
    const [row] = await this.rows("SELECT pg_export_snapshot()", "Sharing a snapshot");
    return String(row?.[0]);
  }

  /** All rows of a small answer. `doing` opens the message of a failure. */
  async rows(sql: string, doing: string): Promise<readonly SourceRow[]> {
    return this.#guard(doing, async () => (await this.#client.query<string[]>({ text: sql, rowMode: "array" })).rows);
  }

  /** Sends what `COPY … TO STDOUT` gives to `take`, piece by piece; resolves to the rows that the source has sent. */
  async copy(sql: string, doing: string, take: (bytes: Buffer) => Promise<void>): Promise<number> {
    const { to } = await import("pg-copy-streams");
    return this.#guard(doing, async () => {
      const stream = this.#client.query(to(sql));
      for await (const bytes of stream as AsyncIterable<Buffer>) await take(bytes);
      // The count comes behind the last bytes: it is there when the next statement is answered.
      await this.#client.query("SELECT");
      return stream.rowCount;
    });
  }

  /** Ends the transaction, or whatever is under way. More than once is no error. */
  async close(): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#ended ??= this.#client.end().catch(() => undefined);
    await this.#ended;
  }

  async #begin(snapshot: string | undefined): Promise<void> {
    try {
      await this.#guard(`Connecting to ${this.#place}`, () => this.#client.connect());
      await this.#client.query(NOTICE_A_LOST_CLIENT).catch(() => undefined);
      await this.#run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      if (snapshot !== undefined) await this.#run(`SET TRANSACTION SNAPSHOT ${quotedText(snapshot)}`);
      for (const setting of SETTINGS) await this.#run(`SET LOCAL ${setting}`);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async #run(sql: string): Promise<void> {
    await this.rows(sql, `Opening a transaction in ${this.#place}`);
  }

  async #guard<T>(doing: string, work: () => Promise<T>): Promise<T> {
    this.#signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      this.#signal.throwIfAborted();
      throw sourceFailure(error, doing);
    }
  }
}

const CONNECT_MS_MAX = 15_000;
const KEEP_ALIVE_MS = 30_000;

/**
 * A source that still works on its answer ends with the connection, and not hours later with its first row. Sources before
 * version 14 and on some systems cannot do so and refuse.
 */
const NOTICE_A_LOST_CLIENT = "SET client_connection_check_interval = '2s'";

const SETTINGS: readonly string[] = [
  "standard_conforming_strings = on",
  "search_path = pg_catalog",
  "row_security = off",
  "DateStyle = 'ISO, YMD'",
  "IntervalStyle = 'iso_8601'",
  "TimeZone = 'UTC'",
  "bytea_output = 'hex'",
  // Floats with as many digits as tell them apart from all others.
  "extra_float_digits = 3",
  // A table may take hours, and a session may wait for the lake; only a lock is not waited for without end.
  "statement_timeout = 0",
  "idle_in_transaction_session_timeout = 0",
  "lock_timeout = '60s'",
];
