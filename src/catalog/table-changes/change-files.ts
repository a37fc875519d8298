import type { Clock } from "../../std/clock.ts";
import { inTurns } from "../../std/in-turns.ts";
import type { Random } from "../../std/random.ts";
import { objectBody } from "../../storage/object-body.ts";
import type { ObjectInfo, ObjectStore } from "../../storage/object-store.ts";
import { writeObject } from "../../storage/write-object.ts";
import { CatalogError } from "../catalog-error.ts";
import { type HeldChange, placeOf } from "./change-records.ts";
import type { ChangePlan, ObjectName, ReplacedObject } from "./table-changes.ts";

export interface ChangeFilesOptions {
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a change does to the objects themselves. All of it may be done again after a crash. */
export class ChangeFiles {
  readonly #options: ChangeFilesOptions;

  constructor(options: ChangeFilesOptions) {
    this.#options = options;
  }

  /** Rejects with `conflict` when something lies where a change wants to put its files: abandoning it would delete that. */
  async checkAbsent({ adds, origin }: ChangePlan): Promise<void> {
    await inTurns(adds, CONCURRENCY, async ({ bucket, key }) => {
      if ((await this.#store({ bucket, key }).head(bucket, key)) === undefined) return;
      throw new CatalogError("conflict", "table", `${origin}: ${bucket}/${key} is there already; nothing was changed`);
    });
  }

  /** What lies at the places of a change. Rejects with `invalid` when something is missing: readers would fail on it. */
  async put(change: HeldChange): Promise<readonly ObjectInfo[]> {
    return inTurns(change.adds.map(placeOf), CONCURRENCY, async (place) => {
      const found = await this.#store(place).head(place.bucket, place.key);
      if (found === undefined) throw refused("invalid", change, `${place.bucket}/${place.key} was not put`);
      await this.#store(place).settle?.(place.bucket, place.key);
      return found;
    });
  }

  /** Rejects with `conflict` when a file that is to be replaced is not what it was when it was read. */
  async checkReplaced(change: HeldChange): Promise<void> {
    const folders = Map.groupBy(change.replaces, ({ bucket, key }) => `${bucket}/${folderOf(key)}`);
    for (const files of folders.values()) {
      const gone = files.length < LISTING_PAYS ? await this.#goneByHead(files) : await this.#goneByListing(files);
      const [first] = gone;
      if (first === undefined) continue;
      const message = `${first.bucket}/${first.key} is gone or has changed since it was read; nothing was replaced`;
      throw refused("conflict", change, message);
    }
  }

  /** Gives the new files their visible names, and deletes the old ones. */
  async publish({ adds, objects, replaces }: HeldChange, signal: AbortSignal): Promise<void> {
    for (const [index, object] of objects.entries()) {
      const added = adds[index];
      if (added !== undefined) await this.#copy(added, object, signal);
    }
    await inTurns(
      replaces,
      CONCURRENCY,
      async ({ bucket, key, etag }) => {
        const store = this.#store({ bucket, key });
        const found = await store.head(bucket, key);
        // Another file came under its name: that one was never replaced.
        if (found?.etag === etag) await store.delete(bucket, key);
      },
      signal,
    );
  }

  /** Deletes what was put at the places, and uploads that a crash left there. */
  async removePlaces({ adds }: HeldChange, signal: AbortSignal): Promise<void> {
    await inTurns(
      adds.map(placeOf),
      CONCURRENCY,
      async ({ bucket, key }) => {
        const store = this.#store({ bucket, key });
        if (store.multipart !== undefined) {
          for await (const upload of store.multipart.listUploads(bucket, key)) await store.multipart.abort(upload);
        }
        await store.delete(bucket, key);
      },
      signal,
    );
  }

  async #copy({ bucket, key }: ObjectName, object: ObjectInfo, signal: AbortSignal): Promise<void> {
    const store = this.#store({ bucket, key });
    const there = await store.head(bucket, key);
    if (there !== undefined && there.bytes === object.bytes && there.etag === object.etag) return;
    const { contentType = "application/octet-stream", contentEncoding, metadata } = object;
    const body = await objectBody(store, bucket, object, signal);
    const encoding = contentEncoding === undefined ? {} : { contentEncoding };
    await writeObject(store, { bucket, key, body, contentType, ...encoding, metadata, signal }, this.#options);
  }

  async #goneByHead(files: readonly ReplacedObject[]): Promise<readonly ReplacedObject[]> {
    const found = await inTurns(files, CONCURRENCY, async ({ bucket, key }) =>
      this.#store({ bucket, key }).head(bucket, key),
    );
    return files.filter(({ etag }, index) => found[index]?.etag !== etag);
  }

  async #goneByListing(files: readonly ReplacedObject[]): Promise<readonly ReplacedObject[]> {
    const left = new Map(files.map((file) => [file.key, file]));
    const [{ bucket, key }] = files as [ReplacedObject];
    for await (const { key: listed, etag } of this.#store({ bucket, key }).list(bucket, { prefix: folderOf(key) })) {
      if (left.get(listed)?.etag === etag) left.delete(listed);
    }
    return [...left.values()];
  }

  #store({ bucket }: ObjectName): ObjectStore {
    return this.#options.storeFor(bucket);
  }
}

/** From this many files of one folder on, asking for a page of a listing is cheaper than asking for each. */
const LISTING_PAYS = 20;

/** Requests under way at a time. */
const CONCURRENCY = 8;

function folderOf(key: string): string {
  return key.slice(0, key.lastIndexOf("/") + 1);
}

function refused(code: "invalid" | "conflict", { origin, id }: HeldChange, message: string): CatalogError {
  return new CatalogError(code, "table", `${origin} (change ${id}): ${message}`);
}
