import type { MessageToProduce } from "@platformatic/kafka";
import type { IdentifiedRecord } from "../../model/identified-records.ts";
import type { DestinationOwner } from "../destination.ts";
import { factsOf } from "../record-facts.ts";
import { type ReadRecordText, recordTextReader } from "../record-text.ts";
import { isTopicName, type KafkaDestinationOptions } from "./kafka-destination-options.ts";

export type KafkaMessage = MessageToProduce<Buffer, Buffer, Buffer, Buffer>;

/** Why a record has no topic. */
export interface NoTopic {
  readonly refusal: { readonly code: string; readonly message: string };
}

/** A record as the message that it becomes. */
export class MessageMaker {
  readonly #options: KafkaDestinationOptions;
  readonly #owner: DestinationOwner;
  readonly #key: ReadRecordText | undefined;
  readonly #topic: (record: Buffer) => string | NoTopic;

  constructor(options: KafkaDestinationOptions, owner: DestinationOwner) {
    this.#options = options;
    this.#owner = owner;
    this.#key = options.key && recordTextReader(options.key);
    this.#topic = topicReader(options.topic);
  }

  /** `keyless`: the partition of records without key, of which the broker's count is still to be taken. */
  messageOf(record: IdentifiedRecord, keyless: number): KafkaMessage | NoTopic {
    const topic = this.#topic(record.bytes);
    if (typeof topic !== "string") return topic;
    const key = this.#key?.(record.bytes);
    const facts = factsOf(this.#options.headers, record, this.#owner);
    return {
      topic,
      value: record.bytes,
      timestamp: BigInt(Math.trunc(record.arrivalMs)),
      ...(key === undefined ? { partition: keyless } : { key: Buffer.from(key) }),
      ...(facts.length > 0 && {
        headers: new Map(facts.map(([name, text]) => [Buffer.from(name), Buffer.from(text)])),
      }),
    };
  }
}

function topicReader(topic: KafkaDestinationOptions["topic"]): (record: Buffer) => string | NoTopic {
  if (typeof topic === "string") return () => topic;
  const { prefix = "", allowed, otherwise } = topic;
  const read = recordTextReader(topic.from);
  const known = allowed && new Set(allowed);
  return (record) => {
    const said = read(record);
    if (said === undefined) return otherwise ?? noTopic("Kafka.NoTopic", "The record does not say its topic");
    const name = prefix + said;
    if (isTopicName(name) && (known === undefined || known.has(name))) return name;
    return (
      otherwise ?? noTopic("Kafka.TopicNotAllowed", `The record names a topic that is not allowed: ${shortened(name)}`)
    );
  };
}

function noTopic(code: string, message: string): NoTopic {
  return { refusal: { code, message } };
}

const NAME_SHOWN_MAX = 100;

function shortened(name: string): string {
  return name.length <= NAME_SHOWN_MAX ? name : `${name.slice(0, NAME_SHOWN_MAX)}…`;
}
