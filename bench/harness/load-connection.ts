import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

/** What came back; `undefined` in its place means that the connection broke before the answer was whole. */
export interface LoadAnswer {
  readonly status: number;
  readonly body: Buffer;
}

const HEAD_END = "\r\n\r\n";

/**
 * One kept-alive connection that asks one thing at a time, on the bare socket: an HTTP client would cost more than the server
 * that is measured. Knows `Content-Length` only, which is what the servers here send.
 */
export class LoadConnection {
  readonly #url: URL;
  readonly #ca: string | undefined;
  #socket: Socket | undefined;
  #received: Buffer[] = [];
  #receivedBytes = 0;
  #answerBytes: number | undefined;
  #settle: ((answer: LoadAnswer | undefined) => void) | undefined;

  constructor(url: string, ca?: string) {
    this.#url = new URL(url);
    this.#ca = ca;
  }

  async exchange(parts: readonly Buffer[]): Promise<LoadAnswer | undefined> {
    const socket = this.#socket ?? (await this.#open());
    if (socket === undefined) return undefined;
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#answerBytes = undefined;
      this.#received = [];
      this.#receivedBytes = 0;
      socket.cork();
      for (const part of parts) socket.write(part);
      socket.uncork();
    });
  }

  close(): void {
    this.#socket?.destroy();
  }

  #open(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const { hostname: host, port } = this.#url;
      const target = { host, port: Number(port) };
      const isTls = this.#url.protocol === "https:";
      const socket = isTls ? connectTls({ ...target, ca: this.#ca }) : connectPlain(target);
      socket.setNoDelay(true);
      socket.once(isTls ? "secureConnect" : "connect", () => {
        this.#socket = socket;
        resolve(socket);
      });
      socket.on("data", (chunk: Buffer) => this.#receive(chunk));
      // The reason is of no use here: a break is counted, and whoever waits opens again.
      socket.on("error", () => undefined);
      socket.once("close", () => {
        resolve(undefined);
        // One that was given up before may close while its successor waits for an answer.
        if (this.#socket !== socket) return;
        this.#socket = undefined;
        this.#finish(undefined);
      });
    });
  }

  #receive(chunk: Buffer): void {
    this.#received.push(chunk);
    this.#receivedBytes += chunk.length;
    this.#answerBytes ??= this.#declaredBytes();
    if (this.#answerBytes === undefined || this.#receivedBytes < this.#answerBytes) return;
    const whole = this.#joined();
    const headBytes = whole.indexOf(HEAD_END) + HEAD_END.length;
    const status = Number(whole.toString("latin1", 9, 12));
    if (/\r\nconnection: close/i.test(whole.toString("latin1", 0, headBytes))) {
      this.#socket?.destroy();
      this.#socket = undefined;
    }
    this.#finish({ status, body: whole.subarray(headBytes) });
  }

  /** Head and body together, once the head is there. */
  #declaredBytes(): number | undefined {
    const whole = this.#joined();
    const headBytes = whole.indexOf(HEAD_END);
    if (headBytes < 0) return undefined;
    const length = /\r\ncontent-length: *(\d+)/i.exec(whole.toString("latin1", 0, headBytes))?.[1];
    return headBytes + HEAD_END.length + Number(length ?? 0);
  }

  #joined(): Buffer {
    const [first] = this.#received;
    if (first !== undefined && this.#received.length === 1) return first;
    const whole = Buffer.concat(this.#received);
    this.#received = [whole];
    return whole;
  }

  #finish(answer: LoadAnswer | undefined): void {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(answer);
  }
}
