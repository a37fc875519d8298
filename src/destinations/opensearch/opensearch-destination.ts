import { type IdentifiedRecord, readIdentifiedRecords } from "../../model/identified-records.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Attempt, DeliveryProof, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import type { RecordDetails } from "../parcel-progress.ts";
import { Addressing } from "./addressing.ts";
import { readBulkAnswer } from "./bulk-answer.ts";
import { type BulkItem, BulkItems, bulkBody } from "./bulk-request.ts";
import { ClusterClient, TOO_LARGE } from "./cluster-client.ts";
import { documentOf } from "./document.ts";
import { connectionOptions, type OpenSearchOptions, openSearchOptionsSchema } from "./opensearch-options.ts";
import { Round } from "./round.ts";

/**
 * Documents in OpenSearch, Elasticsearch and OpenSearch Serverless.
 *
 * A parcel becomes bulk requests, one after the other, and the answer to each says of every document what became of it. What the
 * cluster has is settled; what it will never take (no object, a conflict with the mapping) is refused, and goes to the
 * error output with what the cluster said; the rest is tried again, until the stream's time for retries is over.
 *
 * A record's index and id are the same at every attempt, before and after a crash, so a document that arrives twice is
 * there once: one of our ids is created and never touched again, one of the user's carries a version that rises with
 * arrival, and the cluster keeps the newest. Only `documentId: none` is at least once.
 */
export const openSearchDestinationType: DestinationType = {
  type: "opensearch",
  summary: "Documents in OpenSearch, Elasticsearch or OpenSearch Serverless, by bulk requests, each record once.",
  optionsSchema: openSearchOptionsSchema,
  takes: "records",
  errorType: "AmazonOpenSearchService-failed",
  connectionOptions,
  guarantee: "exactly-once",
  create: (options: JsonObject, dependencies: DestinationDependencies) =>
    new OpenSearchDestination(openSearchOptionsSchema.parse(options), dependencies),
};

/** Documents in one request: its answer names each of them. */
const REQUEST_DOCUMENTS_MAX = 10_000;

export class OpenSearchDestination implements Destination {
  /** Without versions, the last document to come is the one that stays. */
  readonly inOrder: boolean;
  readonly #options: OpenSearchOptions;
  readonly #client: ClusterClient;
  readonly #addressing: Addressing;
  readonly #items: BulkItems;
  #requestBytesMax: number;

  constructor(options: OpenSearchOptions, dependencies: DestinationDependencies) {
    const { documentId, serverless, index, indexFrom, rotation, typeName, requestBytesMax } = options;
    const replaces = typeof documentId !== "string";
    const versions = replaces && !serverless;
    this.#options = options;
    this.inOrder = replaces && !versions;
    this.#client = new ClusterClient(options, dependencies);
    const { uid: streamUid } = dependencies.owner.stream;
    this.#addressing = new Addressing({ index, indexFrom, rotation, documentId, versions, streamUid });
    this.#items = new BulkItems({ typeName, replaces });
    this.#requestBytesMax = requestBytesMax;
  }

  /** A parcel leaves no mark of its own at the cluster; sending its documents again finds those that are there. */
  async find(): Promise<DeliveryProof | undefined> {
    return undefined;
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const round = new Round(attempt);
    let items: BulkItem[] = [];
    let bytes = 0;
    const send = async () => {
      const full = items;
      items = [];
      bytes = 0;
      if (full.length > 0) await this.#send(full, round);
    };
    for await (const records of readIdentifiedRecords(parcel.body)) {
      for (const record of records) {
        const item = attempt.progress.isSettled(record.index) ? undefined : this.#itemOf(record, round);
        if (item === undefined) continue;
        const isFull = bytes + item.bytes > this.#requestBytesMax || items.length === REQUEST_DOCUMENTS_MAX;
        if (isFull) await send();
        items.push(item);
        bytes += item.bytes;
      }
    }
    await send();
    round.throwIfUnsettled();
    return { outcome: "delivered", etag: "", bytes: parcel.body.bytes };
  }

  async abandonUploads(): Promise<void> {
    // A request that was cut off leaves nothing half-done.
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  /** The members that an error record of this kind has (reference 5.6). */
  detailsOf(record: IdentifiedRecord): RecordDetails {
    const document = documentOf(record.bytes);
    const address = this.#addressing.of(record, "line" in document ? document.line : record.bytes);
    const { id = "" } = "problem" in address ? {} : address;
    if (this.#options.serverless) return { osDocumentId: id, osIndexName: address.index };
    return { esDocumentId: id, esIndexName: address.index, esTypeName: this.#options.typeName ?? "" };
  }

  /** Nothing for a record that is no document, which is refused without asking the cluster. */
  #itemOf(record: IdentifiedRecord, round: Round): BulkItem | undefined {
    const document = documentOf(record.bytes);
    const address = "line" in document ? this.#addressing.of(record, document.line) : document;
    if ("line" in document && !("problem" in address)) return this.#items.item(record.index, address, document.line);
    if ("problem" in address) round.refuse(record.index, { status: BAD_REQUEST, message: address.problem });
    return undefined;
  }

  async #send(items: readonly BulkItem[], round: Round): Promise<void> {
    let text: string;
    try {
      text = await this.#client.bulk(bulkBody(items), round.signal);
    } catch (error) {
      await this.#afterRefusal(items, error, round);
      return;
    }
    const outcomes = readBulkAnswer(text, items.length);
    if (outcomes === undefined) throw notAnAnswer(text, items.length);
    for (const [at, outcome] of outcomes.entries()) round.settle(items[at]?.place ?? 0, outcome);
    round.throwIfBusy();
  }

  /** A request that was too large is sent in halves; of one that makes no sense, no document ever will. */
  async #afterRefusal(items: readonly BulkItem[], error: unknown, round: Round): Promise<void> {
    if (!(error instanceof DestinationError) || error.retriable) throw error;
    if (error.code === TOO_LARGE && items.length > 1) {
      const half = Math.ceil(items.length / 2);
      const first = items.slice(0, half);
      this.#requestBytesMax = Math.min(this.#requestBytesMax, bytesOf(first));
      await this.#send(first, round);
      await this.#send(items.slice(half), round);
      return;
    }
    const failure = { status: Number(error.logCode), message: error.message };
    for (const { place } of items) round.refuse(place, failure);
  }
}

/** What the cluster would say of a record that is no JSON object. */
const BAD_REQUEST = 400;

function bytesOf(items: readonly BulkItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0);
}

const SHOWN_CHARACTERS = 200;

function notAnAnswer(text: string, count: number): DestinationError {
  const came = text.slice(0, SHOWN_CHARACTERS);
  const message = `expected an answer about each of ${count} documents, got ${came}; is the endpoint that of a cluster?`;
  return new DestinationError("no-answer", message, { retriable: true, isDoubtful: true, logCode: "InvalidAnswer" });
}
