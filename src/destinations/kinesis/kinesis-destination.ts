import { hash } from "node:crypto";
import type { KinesisClient, PutRecordsResultEntry } from "@aws-sdk/client-kinesis";
import { clientConfig, http1Handler } from "../../model/aws-client.ts";
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
import { recordIdentity } from "../record-facts.ts";
import { type ReadRecordText, recordTextReader } from "../record-text.ts";
import {
  type KinesisDestinationOptions,
  kinesisConnectionOptions,
  kinesisDestinationOptions,
  PARTITION_KEY_CHARACTERS_MAX,
} from "./kinesis-destination-options.ts";

/** Limits of PutRecords (API reference): records of a request, and bytes of a request and of a record, with their keys. */
const REQUEST_RECORDS_MAX = 500;
const REQUEST_BYTES_MAX = 10 * 1024 * 1024;

/** What PutRecords says of one record that the next request may well find room for, or luck. */
const LATER = new Set(["ProvisionedThroughputExceededException", "InternalFailure", "KMSThrottlingException"]);
/** What it says of a whole request for what it holds: a record that is larger than this stream takes. */
const ABOUT_CONTENT = new Set(["InvalidArgumentException", "ValidationException", "SerializationException"]);

interface KinesisEntry {
  readonly Data: Buffer;
  readonly PartitionKey: string;
  readonly bytes: number;
}

type Library = typeof import("@aws-sdk/client-kinesis");

/**
 * Records to a Kinesis data stream. PutRecords knows no idempotence: a request without an answer is sent again, and readers
 * may see its records twice. One parcel and one request at a time, so that records of one key keep their order but for those
 * that their shard had no room for.
 */
class KinesisDestination implements Destination {
  readonly inOrder = true;
  readonly #options: KinesisDestinationOptions;
  readonly #dependencies: DestinationDependencies;

  constructor(options: KinesisDestinationOptions, dependencies: DestinationDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
  }

  async find(): Promise<DeliveryProof | undefined> {
    // Kinesis knows records and no parcels.
    return undefined;
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const { secretOf, endpointOf, owner } = this.#dependencies;
    const { stream, endpoint = endpointOf(stream) } = this.#options;
    const library = await import("@aws-sdk/client-kinesis");
    // A new one each time: what a secret says may have changed.
    const client = new library.KinesisClient({
      ...clientConfig({ ...this.#options, endpoint }, stream.startsWith("arn:") ? stream : undefined, (secret) =>
        readNamedSecret(secret, secretOf),
      ),
      // Tried again here, where it is known what may have arrived.
      maxAttempts: 1,
      requestHandler: await http1Handler(),
    });
    try {
      const writer = new KinesisWriter(library, client, this.#options, owner);
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

class KinesisWriter implements BatchService<KinesisEntry> {
  readonly entriesMax = REQUEST_RECORDS_MAX;
  readonly bytesMax = REQUEST_BYTES_MAX;
  readonly requestsMax = 1;
  readonly #library: Library;
  readonly #client: KinesisClient;
  readonly #stream: string;
  readonly #owner: DestinationOwner;
  readonly #keyOf: ReadRecordText;

  constructor(
    library: Library,
    client: KinesisClient,
    { stream, partitionKey }: KinesisDestinationOptions,
    owner: DestinationOwner,
  ) {
    this.#library = library;
    this.#client = client;
    this.#stream = stream;
    this.#owner = owner;
    if (partitionKey === undefined) this.#keyOf = () => undefined;
    else if ("constant" in partitionKey) this.#keyOf = () => partitionKey.constant;
    else this.#keyOf = recordTextReader(partitionKey);
  }

  entryOf(record: IdentifiedRecord): KinesisEntry | Refusal {
    const PartitionKey = withinLimit(this.#keyOf(record.bytes) || recordIdentity(record, this.#owner));
    const bytes = record.bytes.length + Buffer.byteLength(PartitionKey);
    if (bytes <= REQUEST_BYTES_MAX) return { Data: record.bytes, PartitionKey, bytes };
    return {
      code: "Kinesis.RecordTooLarge",
      message: `Expected a record of at most ${REQUEST_BYTES_MAX} bytes with its partition key, got ${bytes}`,
    };
  }

  async send(entries: readonly KinesisEntry[], abortSignal: AbortSignal): Promise<readonly EntryAnswer[]> {
    const named = this.#stream.startsWith("arn:") ? { StreamARN: this.#stream } : { StreamName: this.#stream };
    const Records = entries.map(({ Data, PartitionKey }) => ({ Data, PartitionKey }));
    try {
      const command = new this.#library.PutRecordsCommand({ ...named, Records });
      const { Records: answers = [] } = await this.#client.send(command, { abortSignal });
      return answers.map(answerOf);
    } catch (error) {
      abortSignal.throwIfAborted();
      const code = codeOf(error);
      if (ABOUT_CONTENT.has(code))
        throw new RequestRefused({ code: `Kinesis.${code}`, message: reasonOf(error) }, error);
      throw awsFailure(error, { name: `stream ${this.#stream}`, service: "Kinesis", rights: "kinesis:PutRecords" });
    }
  }
}

function answerOf({ ErrorCode, ErrorMessage = "" }: PutRecordsResultEntry): EntryAnswer {
  if (ErrorCode === undefined) return "taken";
  const verdict = LATER.has(ErrorCode) ? "later" : "never";
  return { code: `Kinesis.${ErrorCode}`, message: ErrorMessage, verdict };
}

/** Equal keys stay equal, and go to one shard. */
function withinLimit(key: string): string {
  return key.length <= PARTITION_KEY_CHARACTERS_MAX ? key : hash("sha256", key, "hex");
}

export const kinesisDestinationType: DestinationType = {
  type: "kinesis",
  summary: "Puts records into an Amazon Kinesis data stream.",
  takes: "records",
  errorType: "kinesis-failed",
  guarantee: "at-least-once",
  optionsSchema: kinesisDestinationOptions,
  connectionOptions: kinesisConnectionOptions,
  create(options: JsonObject, dependencies) {
    return new KinesisDestination(kinesisDestinationOptions.parse(options), dependencies);
  },
};
