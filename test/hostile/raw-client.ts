import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** One answer, as its bytes came. */
export interface RawAnswer {
  readonly status: number;
  /** Lower-case names; of several with one name the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Silence: the connection ended, or the wait was over, before a whole answer came. */
export type Silence = "closed" | "timed out";

export interface RawClientOptions {
  readonly port: number;
  /** Speak TLS and trust anybody: what is said inside is what the test is about. */
  readonly tls?: boolean;
  /** Longest wait for one answer. */
  readonly waitMsMax: number;
}

/**
 * Sends bytes as they are and reads answers strictly, over one connection that is kept while the server keeps it: an HTTP
 * client that repairs, follows or retries would hide what is tested here.
 */
export class RawClient {
  readonly #options: RawClientOptions;
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #wake: () => void = () => undefined;

  constructor(options: RawClientOptions) {
    this.#options = options;
  }

  /** `half`: the sending side is closed after the bytes. `bodiless`: the answer has a length and no body (HEAD). */
  async exchange(
    request: Buffer,
    how: { readonly half?: boolean; readonly bodiless?: boolean } = {},
  ): Promise<RawAnswer | Silence> {
    const kept = this.#socket !== undefined;
    const first = await this.#attempt(request, how);
    // A kept connection may have been closed after its last answer, as the server is free to do: a new one decides.
    return first === "closed" && kept ? this.#attempt(request, how) : first;
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }

  async #attempt(request: Buffer, how: { half?: boolean; bodiless?: boolean }): Promise<RawAnswer | Silence> {
    const socket = this.#socket ?? this.#connect();
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, this.#options.waitMsMax);
    if (how.half === true) socket.end(request);
    else socket.write(request);
    try {
      for (;;) {
        const answer = this.#parse(how.bodiless === true);
        if (answer !== undefined) {
          if (answer.headers.connection?.toLowerCase() === "close" || how.half === true) this.close();
          return answer;
        }
        if (late || socket.closed || socket.destroyed) {
          this.close();
          return late ? "timed out" : "closed";
        }
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      clearTimeout(timer);
    }
  }

  #connect(): Socket {
    const { port, tls = false } = this.#options;
    const where = { port, host: "127.0.0.1" };
    const socket = tls ? connectTls({ ...where, rejectUnauthorized: false }) : connectPlain(where);
    this.#received = Buffer.alloc(0);
    socket.on("data", (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake();
    });
    socket.on("error", () => this.#wake());
    socket.on("close", () => this.#wake());
    this.#socket = socket;
    return socket;
  }

  /** The first whole answer that was received; every answer of this server says its length. */
  #parse(bodiless: boolean): RawAnswer | undefined {
    const end = this.#received.indexOf("\r\n\r\n");
    if (end < 0) return undefined;
    const [line = "", ...fields] = this.#received.toString("latin1", 0, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(line)?.[1] ?? Number.NaN);
    const headers = Object.fromEntries(
      fields.map((field) => [
        field.slice(0, field.indexOf(":")).toLowerCase(),
        field.slice(field.indexOf(":") + 1).trim(),
      ]),
    );
    // Node's own refusal of a request without Host has no body and no length, and ends the connection.
    const unsaid = headers.connection?.toLowerCase() === "close" && status === 400 ? 0 : Number.NaN;
    const bytes = bodiless || status < 200 ? 0 : Number(headers["content-length"] ?? unsaid);
    if (Number.isNaN(status) || Number.isNaN(bytes)) throw new Error(`No answer of HTTP/1.1 with a length: ${line}`);
    const from = end + 4;
    if (this.#received.length < from + bytes) return undefined;
    const body = this.#received.subarray(from, from + bytes);
    this.#received = this.#received.subarray(from + bytes);
    return status < 200 ? this.#parse(bodiless) : { status, headers, body };
  }
}
