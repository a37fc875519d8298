import { randomUUID } from "node:crypto";
import { connectAsync, type IClientPublishOptions, type MqttClient } from "mqtt";
import { systemRandom } from "../../src/std/random.ts";
import { type FlakyProxy, startFlakyProxy } from "./flaky-proxy.ts";

/** A topic of its own at the real broker, with a network before it that breaks on demand. */
export class MqttTopic {
  readonly #address: string;
  readonly #publisher: MqttClient;
  readonly name: string;
  readonly proxy: FlakyProxy;
  /** Options of a source that reads it through the network. */
  readonly options: { readonly url: string; readonly topics: readonly string[]; readonly clientId: string };

  static async open(address: string): Promise<MqttTopic> {
    const publisher = await connectAsync(address, { protocolVersion: 5 }, false);
    const { host } = new URL(address);
    const proxy = await startFlakyProxy(`http://${host}`, systemRandom);
    return new MqttTopic(address, publisher, proxy);
  }

  private constructor(address: string, publisher: MqttClient, proxy: FlakyProxy) {
    const uuid = randomUUID();
    this.#address = address;
    this.#publisher = publisher;
    this.name = `source/${uuid}/events`;
    this.proxy = proxy;
    const url = address.replace(new URL(address).host, new URL(proxy.address).host);
    this.options = { url, topics: [this.name], clientId: `reader-${uuid}` };
  }

  /** Makes the session of the reader, so that the broker keeps messages before it has ever connected. */
  async openSession(protocolVersion: 4 | 5 = 5): Promise<void> {
    const { clientId } = this.options;
    const properties = protocolVersion === 5 ? { properties: { sessionExpiryInterval: 600 } } : {};
    const options = { clientId, clean: false, protocolVersion, ...properties } as const;
    const reader = await connectAsync(this.#address, options, false);
    await reader.subscribeAsync([...this.options.topics], { qos: 1 });
    await reader.endAsync();
  }

  /** Each with an id of its own, unless the properties say otherwise; resolves once the broker has them. */
  async put(
    texts: readonly (string | Buffer)[],
    { topic = this.name, ...options }: IClientPublishOptions & { readonly topic?: string } = {},
  ): Promise<void> {
    for (const text of texts) {
      const properties = { userProperties: { id: randomUUID() } };
      await this.#publisher.publishAsync(topic, text, { qos: 1, properties, ...options });
    }
  }

  async close(): Promise<void> {
    await this.#publisher.endAsync();
    await this.proxy.close();
  }
}
