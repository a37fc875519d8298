import { randomUUID } from "node:crypto";
import { type ChannelModel, type ConfirmChannel, connect, type Options } from "amqplib";
import { systemRandom } from "../../src/std/random.ts";
import { type FlakyProxy, startFlakyProxy } from "./flaky-proxy.ts";

export type QueueType = "classic" | "quorum" | "stream";

/** A queue of its own at the real broker, with a network before it that breaks on demand. */
export class RabbitMqQueue {
  readonly #client: ChannelModel;
  readonly channel: ConfirmChannel;
  readonly name: string;
  readonly proxy: FlakyProxy;
  /** Options of a source that reads it through the network. */
  readonly options: { readonly url: string; readonly queue: string; readonly type: "queue" | "stream" };

  static async open(address: string, type: QueueType = "classic", queueArguments: object = {}): Promise<RabbitMqQueue> {
    const client = await connect(address);
    const channel = await client.createConfirmChannel();
    const name = `source-${randomUUID()}`;
    await channel.assertQueue(name, { durable: true, arguments: { "x-queue-type": type, ...queueArguments } });
    const { host } = new URL(address);
    const proxy = await startFlakyProxy(`http://${host}`, systemRandom);
    const url = address.replace(host, new URL(proxy.address).host);
    return new RabbitMqQueue({ client, channel, name, proxy }, { url, type: type === "stream" ? "stream" : "queue" });
  }

  private constructor(
    parts: {
      readonly client: ChannelModel;
      readonly channel: ConfirmChannel;
      readonly name: string;
      readonly proxy: FlakyProxy;
    },
    { url, type }: { readonly url: string; readonly type: "queue" | "stream" },
  ) {
    this.#client = parts.client;
    this.channel = parts.channel;
    this.name = parts.name;
    this.proxy = parts.proxy;
    this.options = { url, queue: parts.name, type };
  }

  /** Each with an id of its own, unless the properties say otherwise; resolves once the broker has them. */
  async put(texts: readonly (string | Buffer)[], properties: Options.Publish = {}): Promise<void> {
    for (const text of texts) {
      const message = { persistent: true, messageId: randomUUID(), ...properties };
      this.channel.sendToQueue(this.name, Buffer.from(text), message);
    }
    await this.channel.waitForConfirms();
  }

  /** Messages that no reader holds. */
  async ready(): Promise<number> {
    return (await this.channel.checkQueue(this.name)).messageCount;
  }

  async close(): Promise<void> {
    await this.channel.deleteQueue(this.name).catch(() => undefined);
    await this.#client.close();
    await this.proxy.close();
  }
}
