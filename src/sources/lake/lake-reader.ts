import { decompress } from "../../formats/compression/decompress.ts";
import { reasonOf } from "../../model/errors.ts";
import { backoffMs } from "../../std/backoff.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { type ObjectInfo, type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import { feedObject, IntakeEnded } from "../objects/feed-object.ts";
import { decodePosition, type ObjectPosition } from "../objects/object-position.ts";
import type { CreateLakeReaderRequest, LakeReader, LakeReaderStatus, SourceProblem } from "../source.ts";
import { lakePieces } from "./lake-pieces.ts";
import { objectTime } from "./object-time.ts";

export interface ObjectLakeReaderOptions extends CreateLakeReaderRequest {
  readonly clock: Clock;
  readonly random: Random;
  readonly storeFor: (bucket: string) => ObjectStore;
}

/** More than any object of a stream (5 GB), with room for what compresses well. */
const OBJECT_BYTES_MAX = 64 * 1000 ** 3;

/** Problems shown: enough to see what is wrong. */
const PROBLEMS_MAX = 20;

/** Signals of completed days, which are no data. */
const MANIFEST_START = "_SUCCESS";

/**
 * Reads the objects below a prefix back as records of one delivery, in key order. Every append carries object and line, in
 * the same frame, and keys rise; so the newest position in the log is all that a restart needs to go on behind it.
 *
 * An object that cannot be read to its end is reported and left; those behind it follow. One that has changed since a part
 * of it was read is not read on: what its lines are now says nothing about where the old ones ended.
 */
export class ObjectLakeReader implements LakeReader {
  readonly #options: ObjectLakeReaderOptions;
  readonly #problems: SourceProblem[] = [];
  #objects = 0;
  #records = 0;
  #key: string | undefined;
  #counted: string | undefined;

  constructor(options: ObjectLakeReaderOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const position = this.#position();
      try {
        await this.#readAll(position, signal);
        return;
      } catch (error) {
        if (!(error instanceof ObjectStoreError && error.retriable)) throw error;
        const { clock, random } = this.#options;
        const moved = this.#position()?.key !== position?.key;
        if (moved) attempt = 1;
        await clock.sleep(backoffMs(attempt, random), signal);
      }
    }
  }

  status(): LakeReaderStatus {
    return {
      objects: this.#objects,
      records: this.#records,
      ...(this.#key === undefined ? {} : { key: this.#key }),
      problems: [...this.#problems],
    };
  }

  async #readAll(position: ObjectPosition | undefined, signal: AbortSignal): Promise<void> {
    const { bucket, prefix } = this.#options;
    const store = this.#options.storeFor(bucket);
    if (position !== undefined) {
      const object = await store.head(bucket, position.key);
      if (object?.etag === position.etag) await this.#readObject(store, object, position.line, signal);
      else this.#note(position.key, `It has changed or gone while it was read; ${position.line} records of it are in`);
    }
    const after = position === undefined ? {} : { after: position.key };
    for await (const object of store.list(bucket, { prefix, ...after })) {
      signal.throwIfAborted();
      if (this.#isData(object.key)) await this.#readObject(store, object, 0, signal);
    }
    this.#key = undefined;
  }

  async #readObject(store: ObjectStore, object: ObjectInfo, after: number, signal: AbortSignal): Promise<void> {
    const { intake, clock, random, sourceId, streamUid, onlyDelivery, bucket, stage, keepLineFeed, timeZone } =
      this.#options;
    const { key, etag } = object;
    this.#key = key;
    const arrivalMs = objectTime(key, timeZone) ?? object.modifiedAt;
    try {
      const chunks = decompress(await store.get(bucket, key), { outputBytesMax: OBJECT_BYTES_MAX });
      await feedObject({
        intake,
        clock,
        random,
        signal,
        call: "source:replay",
        sourceId,
        streamUid,
        onlyDelivery,
        object: { run: 1, bucket, key, etag },
        pieces: lakePieces(chunks, { stage, arrivalMs, keepLineFeed }),
        after,
        onAppended: (records) => {
          this.#records += records;
        },
      });
      if (this.#counted !== key) this.#objects++;
      this.#counted = key;
    } catch (error) {
      const ends = error instanceof IntakeEnded || signal.aborted;
      if (ends || (error instanceof ObjectStoreError && error.retriable)) throw error;
      this.#note(key, reasonOf(error));
    }
  }

  #isData(key: string): boolean {
    if (key.slice(key.lastIndexOf("/") + 1).startsWith(MANIFEST_START)) return false;
    return !this.#options.exclude.some((excluded) => key.startsWith(excluded));
  }

  #position(): ObjectPosition | undefined {
    return decodePosition(this.#options.intake.position(this.#options.sourceId));
  }

  #note(key: string, reason: string): void {
    if (this.#problems.length < PROBLEMS_MAX) this.#problems.push({ key, reason });
  }
}
