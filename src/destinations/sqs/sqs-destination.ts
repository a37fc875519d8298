import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import type {
  BatchResultErrorEntry,
  MessageAttributeValue,
  SendMessageBatchRequestEntry,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { clientConfig, handlerOptions } from "../../model/aws-client.ts";
import { reasonOf } from "../../model/errors.ts";
import type { IdentifiedRecord } from "../../model/identified-records.ts";
import { readNamedSecret } from "../../model/secret.ts";
import type { JsonObject } from "../../std/json.ts";
import { awsFailure, codeOf } from "../aws-failure.ts";
import {
  type BatchService,
  deliverInBatches,
  type EntryAnswer,
  type Refusal,
  RequestRefused,
} from "../batch-requests.ts";
import type { Attempt, DeliveryProof, Destination, DestinationOwner, Parcel } from "../destination.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import { factsOf, recordIdentity } from "../record-facts.ts";
import { type ReadRecordText, recordTextReader } from "../record-text.ts";
import {
  GROUP_ID_CHARACTERS_MAX,
  isFifo,
  regionInAddress,
  type SqsDestinationOptions,
  sqsConnectionOptions,
  sqsDestinationOptions,
} from "./sqs-destination-options.ts";

/** Limits of SendMessageBatch (API reference): messages of a request, and bytes of a message and of all of them together. */
const REQUEST_MESSAGES_MAX = 10;
const REQUEST_BYTES_MAX = 1024 * 1024;
/** A request holds so few messages that the way to SQS and back would be the limit. */
const REQUESTS_AT_ONCE = 8;

/** What it says of a whole request for what it holds. */
const ABOUT_CONTENT = new Set([
  "BatchRequestTooLong",
  "AWS.SimpleQueueService.BatchRequestTooLong",
  "InvalidMessageContents",
  "InvalidParameterValue",
]);
/** Of one message, although SQS counts them as the sender's fault. */
const LATER = /Throttl/;

interface SqsEntry {
  readonly message: Omit<SendMessageBatchRequestEntry, "Id">;
  readonly bytes: number;
}

type Library = typeof import("@aws-sdk/client-sqs");

/**
 * Records as messages of SQS. Standard queues know no idempotence: a request without an answer is sent again. FIFO queues
 * take a message whose identity they have seen within five minutes and keep it once; what is tried again later than that,
 * after a long outage or pause, may be there twice. Requests to a FIFO queue go one after another, to keep the order.
 */
class SqsDestination implements Destination {
  readonly inOrder: boolean;
  readonly #options: SqsDestinationOptions;
  readonly #dependencies: DestinationDependencies;

  constructor(options: SqsDestinationOptions, dependencies: DestinationDependencies) {
    this.inOrder = isFifo(options.queueUrl);
    this.#options = options;
    this.#dependencies = dependencies;
  }

  async find(): Promise<DeliveryProof | undefined> {
    // SQS knows messages and no parcels.
    return undefined;
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const { secretOf, endpointOf, owner } = this.#dependencies;
    const { queueUrl } = this.#options;
    const { endpoint = endpointOf(queueUrl), region = regionInAddress(queueUrl) } = this.#options;
    const library = await import("@aws-sdk/client-sqs");
    // A new one each time: what a secret says may have changed.
    const client = new library.SQSClient({
      ...clientConfig({ ...this.#options, endpoint, region }, undefined, (secret) => readNamedSecret(secret, secretOf)),
      // The address of a queue tells of the host that made it, which need not be the way to it.
      ...(endpoint !== undefined && { useQueueUrlAsEndpoint: false }),
      // Tried again here, where it is known what may have arrived.
      maxAttempts: 1,
      requestHandler: handlerOptions(),
    });
    try {
      const writer = new SqsWriter(library, client, this.#options, owner);
      return await deliverInBatches(parcel, attempt, writer, this.#dependencies);
    } finally {
      client.destroy();
    }
  }

  async abandonUploads(): Promise<void> {
    // Records are never sent in parts.
  }

  async close(): Promise<void> {
    // Each attempt closes its own client.
  }
}

class SqsWriter implements BatchService<SqsEntry> {
  readonly entriesMax = REQUEST_MESSAGES_MAX;
  readonly bytesMax = REQUEST_BYTES_MAX;
  readonly requestsMax: number;
  readonly #library: Library;
  readonly #client: SQSClient;
  readonly #options: SqsDestinationOptions;
  readonly #owner: DestinationOwner;
  readonly #groupOf: ReadRecordText;

  constructor(library: Library, client: SQSClient, options: SqsDestinationOptions, owner: DestinationOwner) {
    const { groupId, queueUrl } = options;
    this.#library = library;
    this.#client = client;
    this.#options = options;
    this.#owner = owner;
    this.requestsMax = isFifo(queueUrl) ? 1 : REQUESTS_AT_ONCE;
    if (groupId === undefined) this.#groupOf = () => undefined;
    else if ("constant" in groupId) this.#groupOf = () => groupId.constant;
    else this.#groupOf = recordTextReader(groupId);
  }

  entryOf(record: IdentifiedRecord): SqsEntry | Refusal {
    const { encoding, queueUrl, delaySeconds, attributes } = this.#options;
    const MessageBody = record.bytes.toString(encoding === "base64" ? "base64" : "utf8");
    if (encoding === "text" && !(isUtf8(record.bytes) && isMessageText(MessageBody))) return NOT_TEXT;
    if (MessageBody === "") return EMPTY;
    const facts = factsOf(attributes, record, this.#owner).filter(([, text]) => text !== "");
    const bytes = Buffer.byteLength(MessageBody) + facts.reduce((sum, fact) => sum + attributeBytes(fact), 0);
    if (bytes > REQUEST_BYTES_MAX) return tooLarge(bytes);
    const message = {
      MessageBody,
      ...(facts.length > 0 && { MessageAttributes: Object.fromEntries(facts.map(attributeOf)) }),
      ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
      ...(isFifo(queueUrl) && {
        MessageGroupId: groupIdOf(this.#groupOf(record.bytes) || this.#owner.stream.name),
        MessageDeduplicationId: recordIdentity(record, this.#owner),
      }),
    };
    return { message, bytes };
  }

  async send(entries: readonly SqsEntry[], abortSignal: AbortSignal): Promise<readonly EntryAnswer[]> {
    const { queueUrl } = this.#options;
    const Entries = entries.map(({ message }, index) => ({ Id: String(index), ...message }));
    try {
      const command = new this.#library.SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
      const { Successful = [], Failed = [] } = await this.#client.send(command, { abortSignal });
      const answers = new Map<string | undefined, EntryAnswer>([
        ...Successful.map(({ Id }) => [Id, "taken"] as const),
        ...Failed.map((failed) => [failed.Id, answerOf(failed)] as const),
      ]);
      return Entries.map(({ Id }) => answers.get(Id) ?? NO_ANSWER);
    } catch (error) {
      abortSignal.throwIfAborted();
      const code = codeOf(error);
      if (ABOUT_CONTENT.has(code)) throw new RequestRefused({ code: `SQS.${code}`, message: reasonOf(error) }, error);
      throw awsFailure(error, { name: `queue ${queueUrl}`, service: "SQS", rights: "sqs:SendMessage" });
    }
  }
}

const NOT_TEXT: Refusal = {
  code: "SQS.NotText",
  message: "Expected text that SQS takes (UTF-8 without control characters); set encoding: base64 for other records",
};
const EMPTY: Refusal = {
  code: "SQS.EmptyMessage",
  message: "Expected a record with bytes in it; SQS takes no empty message",
};
const NO_ANSWER: EntryAnswer = { code: "SQS.NoAnswer", message: "the answer does not speak of it", verdict: "later" };

function tooLarge(bytes: number): Refusal {
  return {
    code: "SQS.MessageTooLong",
    message: `Expected a message of at most ${REQUEST_BYTES_MAX} bytes with its attributes, got ${bytes}`,
  };
}

/** Characters of XML 1.0, as the API reference lists them. */
function isMessageText(text: string): boolean {
  return !/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);
}

const ATTRIBUTE_TYPE = "String";

function attributeOf([name, StringValue]: readonly [string, string]): [string, MessageAttributeValue] {
  return [name, { DataType: ATTRIBUTE_TYPE, StringValue }];
}

/** Name, type and value count (developer guide, message metadata). */
function attributeBytes([name, text]: readonly [string, string]): number {
  return Buffer.byteLength(name) + ATTRIBUTE_TYPE.length + Buffer.byteLength(text);
}

/** Letters, digits and punctuation. Equal groups stay equal. */
function groupIdOf(text: string): string {
  const isAllowed = text.length <= GROUP_ID_CHARACTERS_MAX && /^[!-~]+$/.test(text);
  return isAllowed ? text : hash("sha256", text, "hex");
}

function answerOf({ Code = "Unknown", Message = "", SenderFault = false }: BatchResultErrorEntry): EntryAnswer {
  return { code: `SQS.${Code}`, message: Message, verdict: SenderFault && !LATER.test(Code) ? "never" : "later" };
}

export const sqsDestinationType: DestinationType = {
  type: "sqs",
  summary: "Sends records to an Amazon SQS queue, standard or FIFO.",
  takes: "records",
  errorType: "sqs-failed",
  guarantee: "at-least-once",
  optionsSchema: sqsDestinationOptions,
  connectionOptions: sqsConnectionOptions,
  create(options: JsonObject, dependencies) {
    return new SqsDestination(sqsDestinationOptions.parse(options), dependencies);
  },
};
