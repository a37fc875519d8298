import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { RefusedError } from "../../api/protocol/http.ts";
import type { Clock } from "../../std/clock.ts";
import type { BodyBudget } from "./body-budget.ts";

/** What a streamed body may hold in memory at a time: its socket's buffer, and what gathers for one write to the disk. */
const HELD_BYTES = 512 * 1024;

export interface StreamedBodiesOptions {
  readonly clock: Clock;
  readonly budget: BodyBudget;
  /** How long a body may go without a byte. */
  readonly silentMsMax: number;
}

/**
 * Bodies that are handed on as they come. Each takes a small share of the memory for bodies, however large it is, which bounds
 * how many there are at a time. No deadline for the whole of it holds, as nobody knows how large it is; one that falls
 * silent is cut off, and one that is slow while others wait for memory makes room, as bodies in memory do.
 */
export class StreamedBodies {
  readonly #options: StreamedBodiesOptions;
  readonly #sockets = new WeakSet<Socket>();

  constructor(options: StreamedBodiesOptions) {
    this.#options = options;
  }

  has(socket: Socket): boolean {
    return this.#sockets.has(socket);
  }

  async *read(message: IncomingMessage): AsyncGenerator<Buffer> {
    const { budget } = this.#options;
    const { socket } = message;
    this.#sockets.add(socket);
    const ended = new AbortController();
    let acquired = false;
    try {
      await budget.acquire(HELD_BYTES);
      acquired = true;
      yield* this.#pieces(message, ended.signal);
    } finally {
      ended.abort();
      this.#sockets.delete(socket);
      if (acquired) budget.release(HELD_BYTES);
    }
  }

  async *#pieces(message: IncomingMessage, ended: AbortSignal): AsyncGenerator<Buffer> {
    const { budget } = this.#options;
    let refusal: RefusedError | undefined;
    const giveUp = (reason: string) => {
      refusal = new RefusedError("timed-out", `${reason}: ${body.receivedBytes} bytes of it came. Send it again.`);
      message.destroy(refusal);
    };
    const body = budget.arriving(HELD_BYTES, () => giveUp("The body comes too slowly while others wait for memory"));
    void this.#cutOffSilent(body, ended, giveUp);
    try {
      // A reader that stops early leaves the rest to Node, which throws it away: the answer still gets through.
      for await (const piece of message.iterator({ destroyOnReturn: false })) {
        body.receivedBytes += piece.length;
        yield piece;
      }
      if (!message.complete) throw new Error("the connection closed");
    } catch (error) {
      if (refusal !== undefined) throw refusal;
      const reason = "The connection ended before the whole body came";
      throw new RefusedError("body-broken", reason, { cause: error });
    } finally {
      budget.arrived(body);
    }
  }

  async #cutOffSilent(
    body: { readonly receivedBytes: number },
    ended: AbortSignal,
    giveUp: (reason: string) => void,
  ): Promise<void> {
    const { clock, silentMsMax } = this.#options;
    for (let seen = -1; seen !== body.receivedBytes; ) {
      seen = body.receivedBytes;
      await clock.sleep(silentMsMax, ended).catch(() => undefined);
      if (ended.aborted) return;
    }
    giveUp(`No byte of the body came for ${silentMsMax / 1000} s`);
  }
}
