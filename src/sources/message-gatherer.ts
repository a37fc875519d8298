import { invariant } from "../std/assert.ts";
import type { Inlet, UpstreamMessage } from "./inlet.ts";

export interface MessageGathererOptions<Receipt> {
  readonly inlet: Pick<Inlet, "appendMessages">;
  /** Tells the upstream that these are taken, in the order in which they came. Called only once all are durable. */
  readonly acknowledge: (receipts: readonly Receipt[]) => void | Promise<void>;
  /** Called once, when an append or an acknowledgement fails; nothing is appended any more. */
  readonly onFailed: (error: unknown) => void;
}

const GATHERED_MESSAGES_MAX = 1_000;
const GATHERED_BYTES_MAX = 4 * 1024 * 1024;

/**
 * For upstreams that push one message at a time. What arrives while an append is under way goes into the next one, so
 * appends are as large as the load makes them and nothing waits for a clock. How much may wait is the upstream's prefetch.
 */
export class MessageGatherer<Receipt> {
  readonly #options: MessageGathererOptions<Receipt>;
  #messages: UpstreamMessage[] = [];
  #receipts: Receipt[] = [];
  #running: Promise<void> | undefined;
  #failed = false;

  constructor(options: MessageGathererOptions<Receipt>) {
    this.#options = options;
  }

  /** Messages that are not acknowledged yet. */
  get waiting(): number {
    return this.#messages.length;
  }

  add(message: UpstreamMessage, receipt: Receipt): void {
    if (this.#failed) return;
    this.#messages.push(message);
    this.#receipts.push(receipt);
    this.#running ??= this.#run();
  }

  /** Resolves once everything that was added is acknowledged, or something has failed. */
  async settled(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What arrives in the same turn of the event loop, as the frames of one read from a socket do, goes together.
    await new Promise(setImmediate);
    try {
      while (this.#messages.length > 0) {
        const count = countTogether(this.#messages);
        const refused = await this.#options.inlet.appendMessages(this.#messages.slice(0, count));
        invariant(refused.size === 0, "what is gathered goes into a log, which refuses nothing");
        await this.#options.acknowledge(this.#receipts.slice(0, count));
        this.#messages.splice(0, count);
        this.#receipts.splice(0, count);
      }
    } catch (error) {
      this.#failed = true;
      this.#messages = [];
      this.#receipts = [];
      this.#options.onFailed(error);
    } finally {
      this.#running = undefined;
    }
  }
}

function countTogether(messages: readonly UpstreamMessage[]): number {
  let bytes = 0;
  for (const [index, message] of messages.entries()) {
    bytes += message.bytes.length;
    if (index === GATHERED_MESSAGES_MAX || (index > 0 && bytes > GATHERED_BYTES_MAX)) return index;
  }
  return messages.length;
}
