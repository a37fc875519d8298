import { Socket } from "node:net";
import { pipeline } from "node:stream/promises";
import type { Client } from "pg";
import type { Clock } from "../../std/clock.ts";
import { sessionFailure } from "./session-failure.ts";

/** Where a server is and who asks, with the secrets looked up. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string | undefined;
  readonly tls: "off" | { readonly authorities: string | undefined };
}

export interface SessionOptions {
  /** How people find it in the server's list of sessions. */
  readonly applicationName: string;
  /** Before codes of the delivery log: `Postgres`. */
  readonly logPrefix: string;
  /** How long one statement may take, to connect included, milliseconds. */
  readonly statementMsMax: number;
  readonly clock: Clock;
}

/** A row as the server writes it. */
export type ServerRow = readonly (string | null)[];

/** What an answer says: its rows, or how many rows the statement was about. */
export interface ServerAnswer {
  readonly command: string;
  readonly rows: readonly ServerRow[];
  readonly rowCount: number;
}

/**
 * One connection to a server that speaks PostgreSQL's protocol. Statements go one by one, each in one round trip without
 * parameters, which is all that relatives of PostgreSQL understand. A statement whose answer does not come in time ends the
 * connection, whatever the server does: what became of it is then unknown.
 */
export class Session {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #options: SessionOptions;
  #broken: Error | undefined;

  static async open(address: ServerAddress, options: SessionOptions, signal: AbortSignal): Promise<Session> {
    // Loaded when it is needed: an idle server keeps within its memory.
    const { default: pg } = await import("pg");
    signal.throwIfAborted();
    const { host, port, database, user, password, tls } = address;
    const socket = new Socket();
    const client = new pg.Client({
      ...{ host, port, database, user, password },
      ssl: tls === "off" ? false : { ...(tls.authorities !== undefined && { ca: tls.authorities }) },
      application_name: options.applicationName,
      client_encoding: "UTF8",
      connectionTimeoutMillis: Math.min(CONNECT_MS_MAX, options.statementMsMax),
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
      stream: () => socket,
      types: { getTypeParser: () => (text: string) => text },
    });
    const session = new Session(client, socket, options);
    const onAbort = () => session.close();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await session.#guard(`Connecting to ${database} at ${host}:${port}`, () => client.connect());
    } catch (error) {
      session.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
    return session;
  }

  private constructor(client: Client, socket: Socket, options: SessionOptions) {
    this.#client = client;
    this.#socket = socket;
    this.#options = options;
    client.on("error", (error) => this.#break(error));
    client.on("end", () => this.#break(new Error("The server closed the connection")));
  }

  /** Whether another statement can be sent. */
  get isOpen(): boolean {
    return this.#broken === undefined;
  }

  /** `doing` opens the message of a failure. Of several statements in one text, the answer to the last. */
  async run(sql: string, doing: string): Promise<ServerAnswer> {
    return this.#guard(doing, async () => {
      const answers = [await this.#client.query<string[]>({ text: sql, rowMode: "array" })].flat();
      const { command = "", rows = [], rowCount } = answers.at(-1) ?? {};
      return { command, rows, rowCount: rowCount ?? 0 };
    });
  }

  /** `COPY … FROM STDIN`. An error that `chunks` throws stops the copy at the server, too, and is thrown as it is. */
  async copyFrom(sql: string, chunks: AsyncIterable<Buffer>, doing: string): Promise<void> {
    const { from } = await import("pg-copy-streams");
    let thrown: unknown;
    const watched = async function* () {
      try {
        yield* chunks;
      } catch (error) {
        thrown = error;
        throw error;
      }
    };
    await this.#guard(doing, async () => {
      await pipeline(watched(), this.#client.query(from(sql)));
    }).catch((error: unknown) => {
      throw thrown ?? error;
    });
  }

  /** At once, whatever is under way; the server undoes an open transaction. More than once is no error. */
  close(): void {
    this.#break(new Error("The connection was closed"));
  }

  async #guard<T>(doing: string, work: () => Promise<T>): Promise<T> {
    const { clock, statementMsMax, logPrefix } = this.#options;
    const answered = new AbortController();
    // The server has its own time-out; this one is for servers that are not there any more.
    const limitMs = statementMsMax + ANSWER_GRACE_MS;
    const tooLong = () => this.#break(new Error(`No answer within ${limitMs} ms`));
    clock.sleep(limitMs, answered.signal).then(tooLong, () => undefined);
    try {
      return await work();
    } catch (error) {
      throw sessionFailure(this.#broken ?? error, doing, logPrefix);
    } finally {
      answered.abort();
    }
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#socket.destroy();
  }
}

const CONNECT_MS_MAX = 15_000;
const KEEP_ALIVE_MS = 30_000;

/** Beyond the server's own time-out, for its answer to arrive. */
const ANSWER_GRACE_MS = 5_000;
