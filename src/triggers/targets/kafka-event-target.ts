import type { Producer } from "@platformatic/kafka";
import type { EventTarget } from "./event-target.ts";

export interface KafkaTargetOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: () => string;
}

type EventProducer = Producer<Buffer, Buffer, Buffer, Buffer>;

export function kafkaEventTarget({ brokers, topic, tls, username, password }: KafkaTargetOptions): EventTarget {
  let opened: Promise<EventProducer> | undefined;
  const open = async () => {
    const { Producer: Client, ProduceAcks } = await import("@platformatic/kafka");
    return new Client<Buffer, Buffer, Buffer, Buffer>({
      clientId: "lakehose-trigger",
      bootstrapBrokers: [...brokers],
      acks: ProduceAcks.ALL,
      ...(tls && { tls: {} }),
      ...(username !== undefined && {
        sasl: { mechanism: "PLAIN" as const, username, password: password?.() ?? "" },
      }),
    });
  };
  return {
    name: `topic ${topic} at ${brokers.join(", ")}`,
    send: async (payload) => {
      opened ??= open().catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      await (await opened).send({ messages: [{ topic, value: payload }] });
      return undefined;
    },
    close: async () => {
      await (await opened?.catch(() => undefined))?.close();
    },
  };
}
