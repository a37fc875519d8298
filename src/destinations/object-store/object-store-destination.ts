import type { JsonObject } from "../../std/json.ts";
import {
  type MultipartUploads,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type PutObject,
  type StoreCapabilities,
} from "../../storage/object-store.ts";
import { uploadInParts } from "../../storage/upload-in-parts.ts";
import type { Attempt, DeliveryProof, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import { identityMetadata, judge } from "./identity.ts";
import { logCodeOf } from "./log-codes.ts";
import { type ObjectStoreOptions, objectStoreOptionsSchema } from "./object-store-options.ts";

/**
 * One object per parcel, exactly once.
 *
 * Constraints. Any request may take effect without an answer, and may take effect minutes after somebody stopped waiting
 * for it. A name may be taken by an earlier self of this parcel, or by a stranger.
 *
 * Write.   Every write is conditional on the name being free, and carries the parcel's identity as metadata.
 *            written                            -> delivered
 *            taken (412), conflict (409), or
 *            no clear answer                    -> ask `head`: ours = adopted; a stranger = `foreign-object`, which is
 *                                                  never retried and never overwritten; nothing there = try again later
 *          A late request of a former attempt then meets the object and is refused by the store.
 *          On a store that ignores conditions `head` is asked first each time, and a late request writes the same bytes
 *          again: readers may be told of the object twice, its content never changes.
 *
 * Large    bodies go in parts (upload-in-parts.ts); the journal knows the upload before its first part is sent.
 *
 * Recover. `find` is the whole of it: the store knows what landed.
 */
export const objectStoreDestinationType = {
  type: "object-store",
  summary: "Objects in a bucket: an S3-compatible store or a local folder, each parcel exactly once.",
  optionsSchema: objectStoreOptionsSchema,
  takes: "objects",
  guarantee: "exactly-once",
  create: (options: JsonObject, dependencies: ObjectStoreDependencies) =>
    new ObjectStoreDestination(objectStoreOptionsSchema.parse(options), dependencies),
} as const satisfies DestinationType;

/** Objects say themselves whose they are, and stores are configured with their buckets. */
export type ObjectStoreDependencies = Pick<DestinationDependencies, "storeFor" | "telemetry" | "clock" | "random">;

export class ObjectStoreDestination implements Destination {
  readonly #options: ObjectStoreOptions;
  readonly #dependencies: ObjectStoreDependencies;
  readonly #store: ObjectStore;
  #capabilities: Promise<StoreCapabilities> | undefined;

  constructor(options: ObjectStoreOptions, dependencies: ObjectStoreDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#store = dependencies.storeFor(options.bucket);
  }

  find(parcel: Parcel): Promise<DeliveryProof | undefined> {
    return this.#withDestinationErrors(parcel, "head", () => this.#find(parcel));
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const capabilities = await this.#withDestinationErrors(parcel, "probe", () => this.#prepare());
    const { multipart } = this.#store;
    const inParts = multipart !== undefined && parcel.body.bytes > multipart.putBytesMax;
    const conditional = inParts ? capabilities.conditionalComplete : capabilities.conditionalPut;
    // A question is nothing beside a large body that would be sent for nothing.
    if (attempt.number > 1 || inParts || !conditional) {
      const landed = await this.#withDestinationErrors(parcel, "head", () => this.#find(parcel, attempt.signal));
      if (landed) return landed;
    }
    return this.#withDestinationErrors(parcel, inParts ? "upload" : "put", () => this.#write(parcel, attempt, inParts));
  }

  async abandonUploads(parcel: Parcel, uploadIds: readonly string[]): Promise<void> {
    const { multipart } = this.#store;
    const { bucket } = this.#options;
    if (!multipart || !(uploadIds.length > 0 || parcel.body.bytes > multipart.putBytesMax)) return;
    await this.#withDestinationErrors(parcel, "abort", async () => {
      const begun = new Set([...uploadIds, ...(await this.#uploadsUnderName(multipart, parcel))]);
      for (const uploadId of begun) await multipart.abort({ bucket, key: parcel.name, uploadId });
    });
  }

  /** The name is this parcel's alone, so any upload under it was begun by an earlier self. Who may not list has only ours. */
  async #uploadsUnderName(multipart: MultipartUploads, parcel: Parcel): Promise<string[]> {
    const found: string[] = [];
    try {
      for await (const { key, uploadId } of multipart.listUploads(this.#options.bucket, parcel.name)) {
        if (key === parcel.name) found.push(uploadId);
      }
    } catch (error) {
      if (!(error instanceof ObjectStoreError && error.code === "denied")) throw error;
    }
    return found;
  }

  async close(): Promise<void> {
    // The store is shared with other deliveries and closed by whoever made it.
  }

  /** Once per destination; a failure is not remembered, so that the next attempt asks again. */
  #prepare(): Promise<StoreCapabilities> {
    this.#capabilities ??= this.#ensureAndProbe();
    return this.#capabilities;
  }

  async #ensureAndProbe(): Promise<StoreCapabilities> {
    try {
      await this.#store.ensureBucket(this.#options.bucket);
      return await this.#store.probe(this.#options.bucket);
    } catch (error) {
      this.#capabilities = undefined;
      throw error;
    }
  }

  async #write(parcel: Parcel, attempt: Attempt, inParts: boolean): Promise<DeliveryProof> {
    const request = this.#request(parcel, attempt.signal);
    try {
      const written = inParts
        ? await uploadInParts(this.#store, request, attempt, this.#dependencies)
        : await this.#store.put(request);
      return proof("delivered", written);
    } catch (error) {
      if (!isDoubtful(error) || attempt.signal.aborted) throw error;
      const landed = await this.#find(parcel, attempt.signal);
      if (landed) return landed;
      throw error.code === "exists" ? vanished(parcel, error) : error;
    }
  }

  async #find(parcel: Parcel, signal?: AbortSignal): Promise<DeliveryProof | undefined> {
    const { bucket } = this.#options;
    const found = await this.#store.head(bucket, parcel.name, signal);
    if (!found) return undefined;
    const verdict = await judge(this.#store, bucket, parcel, found);
    if (verdict !== "same") throw foreignObject(bucket, parcel, found, verdict);
    await this.#store.settle?.(bucket, parcel.name);
    return proof("adopted", found);
  }

  #request(parcel: Parcel, signal: AbortSignal): PutObject {
    const { bucket, storageClass, acl, encryption } = this.#options;
    return {
      bucket,
      key: parcel.name,
      body: parcel.body,
      onlyIfAbsent: true,
      contentType: parcel.contentType,
      ...(parcel.contentEncoding === undefined ? {} : { contentEncoding: parcel.contentEncoding }),
      metadata: identityMetadata(parcel),
      ...(storageClass === undefined ? {} : { storageClass }),
      ...(acl === undefined ? {} : { acl }),
      ...(encryption === undefined ? {} : { encryption: encryptionOf(encryption) }),
      signal,
    };
  }

  async #withDestinationErrors<T>(parcel: Parcel, operation: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ObjectStoreError)) throw error;
      const { code, message } = error;
      const { bucket } = this.#options;
      this.#dependencies.telemetry.emit("storage.requestFailed", {
        store: this.#store.type,
        operation,
        bucket,
        key: parcel.name,
        code,
        reason: message,
      });
      // Somebody may grant the permission or make the bucket while the log holds the records. Only a name that the store
      // can never take stays what it is.
      const retriable = code !== "invalid-key";
      throw new DestinationError(code, message, { cause: error, retriable, logCode: logCodeOf(error) });
    }
  }
}

/** Answers after which only `head` knows what became of the object. */
function isDoubtful(error: unknown): error is ObjectStoreError {
  return error instanceof ObjectStoreError && ["exists", "conflict", "unknown-outcome"].includes(error.code);
}

function encryptionOf(encryption: NonNullable<ObjectStoreOptions["encryption"]>): PutObject["encryption"] & object {
  if (encryption.type === "sse-s3") return { type: "sse-s3" };
  return encryption.keyArn === undefined ? { type: "sse-kms" } : { type: "sse-kms", keyArn: encryption.keyArn };
}

function proof(outcome: DeliveryProof["outcome"], found: ObjectInfo): DeliveryProof {
  const { etag, bytes, versionId } = found;
  return { outcome, etag, bytes, ...(versionId === undefined ? {} : { versionId }) };
}

/** Taken a moment ago and free now: somebody removed it, and the next attempt may write it. */
function vanished(parcel: Parcel, cause: ObjectStoreError): ObjectStoreError {
  const message = `${parcel.name} was there when it was to be written and gone when asked for`;
  return new ObjectStoreError("conflict", message, { cause });
}

function foreignObject(
  bucket: string,
  parcel: Parcel,
  found: ObjectInfo,
  verdict: "altered" | "foreign",
): DestinationError {
  const what = verdict === "altered" ? "other content under the same parcel id" : "an object that is not this parcel";
  const message =
    `Bucket ${bucket} holds ${what} at ${parcel.name} (${found.bytes} bytes, etag ${found.etag}), where parcel ` +
    `${parcel.id} with ${parcel.records} records belongs: nothing was overwritten. Find out who wrote it, move it away, ` +
    "and start the delivery again";
  return new DestinationError("foreign-object", message, { retriable: false });
}
