import { reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import { compareKeys } from "../../storage/compare-keys.ts";
import { deleteUnchanged } from "../../storage/delete-unchanged.ts";
import {
  type MultipartUploads,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
} from "../../storage/object-store.ts";
import { type Decision, decide, isAbandoned } from "./decide.ts";
import type { LifecycleRule } from "./lifecycle-rule.ts";

/** Uploads in parts of a bucket, whichever kind of store it is in. */
export type AbandonedUploads = Pick<MultipartUploads, "listUploads" | "abort">;

/** Asked right before an object is touched; false = somebody needs it as it is (rule H59). */
export type LetGo = (bucket: string, key: string) => Promise<boolean>;

/** Runs the work once nobody reads these objects any more, and nobody finds them until it has ended. */
export type WithoutReaders = (
  objects: readonly { readonly bucket: string; readonly key: string }[],
  signal: AbortSignal,
  work: () => Promise<void>,
) => Promise<void>;

export interface SweepOptions {
  readonly bucket: string;
  readonly rules: readonly LifecycleRule[];
  readonly store: ObjectStore;
  readonly uploads: AbandonedUploads | undefined;
  readonly letGo: LetGo;
  readonly withoutReaders: WithoutReaders;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Keys up to and with this one were looked at before. */
  readonly after: string;
  /** So far all is done: a later sweep may begin behind this key. */
  readonly onPage: (after: string) => Promise<void>;
}

export interface SweepReport {
  objects: number;
  expired: number;
  expiredBytes: number;
  transitioned: number;
  transitionedBytes: number;
  abortedUploads: number;
  /** Due, and kept because somebody needs them. */
  held: number;
  failed: number;
  /** Of the first failure. */
  reason: string;
}

/** Objects that are looked at before what they need is done and the place is written down. */
const PAGE_OBJECTS = 1_000;

/** Enough to hide the store's latency, few enough to leave it to others. */
const CHANGES_AT_ONCE = 8;

/** So many refusals without one success mean that the store will not have it: it is not asked again before the next run. */
const REFUSALS_MAX = 100;

/**
 * Goes through a bucket once, in key order, and does what its rules ask for. Memory is one page. What fails is counted
 * and is due again the next time; only a bucket that cannot be listed makes the whole sweep fail.
 */
export async function sweepBucket(options: SweepOptions): Promise<SweepReport> {
  const sweep = new Sweep(options);
  await sweep.objects();
  await sweep.uploads();
  return sweep.report;
}

class Sweep {
  readonly report: SweepReport = {
    objects: 0,
    expired: 0,
    expiredBytes: 0,
    transitioned: 0,
    transitionedBytes: 0,
    abortedUploads: 0,
    held: 0,
    failed: 0,
    reason: "",
  };
  readonly #options: SweepOptions;
  readonly #refusals: Record<Decision["action"], number> = { expire: 0, transition: 0 };

  constructor(options: SweepOptions) {
    this.#options = options;
  }

  async objects(): Promise<void> {
    const { bucket, store, rules, after } = this.#options;
    for (const prefix of widestPrefixes(rules)) {
      let page: ObjectInfo[] = [];
      for await (const object of store.list(bucket, { prefix, ...(after !== "" && { after }) })) {
        page.push(object);
        if (page.length < PAGE_OBJECTS) continue;
        await this.#work(page);
        page = [];
      }
      await this.#work(page);
    }
  }

  async uploads(): Promise<void> {
    const { bucket, uploads, rules, clock, signal } = this.#options;
    const meant = rules.filter(({ abortUploadsAfterDays }) => abortUploadsAfterDays !== undefined);
    if (uploads === undefined || meant.length === 0) return;
    for await (const upload of uploads.listUploads(bucket, "")) {
      signal.throwIfAborted();
      if (!isAbandoned(meant, upload, clock.now())) continue;
      await this.#attempt(upload.key, async () => {
        await uploads.abort(upload);
        this.report.abortedUploads += 1;
      });
    }
  }

  async #work(page: readonly ObjectInfo[]): Promise<void> {
    const { bucket, signal, rules, clock, letGo, withoutReaders, onPage } = this.#options;
    const last = page.at(-1);
    if (last === undefined) return;
    this.report.objects += page.length;
    const now = clock.now();
    const due = page.flatMap((object) => {
      const decision = decide(rules, object, now);
      return decision === undefined ? [] : [{ object, decision }];
    });
    const going: { readonly bucket: string; readonly key: string }[] = [];
    for (const { object, decision } of due) {
      // What somebody needs as it is stays, and has to be found meanwhile.
      if (decision.action === "expire" && (await letGo(bucket, object.key))) going.push({ bucket, key: object.key });
    }
    await withoutReaders(going, signal, () => this.#changeAll(due));
    signal.throwIfAborted();
    await onPage(last.key);
  }

  async #changeAll(due: readonly { readonly object: ObjectInfo; readonly decision: Decision }[]): Promise<void> {
    for (let first = 0; first < due.length; first += CHANGES_AT_ONCE) {
      this.#options.signal.throwIfAborted();
      const group = due.slice(first, first + CHANGES_AT_ONCE);
      await Promise.all(group.map(({ object, decision }) => this.#change(object, decision)));
    }
  }

  async #change(object: ObjectInfo, decision: Decision): Promise<void> {
    const { action } = decision;
    if (this.#refusals[action] >= REFUSALS_MAX) {
      this.report.failed += 1;
      return;
    }
    const done = await this.#attempt(object.key, () =>
      action === "expire" ? this.#expire(object) : this.#move(object, decision.storageClass),
    );
    if (done) this.#refusals[action] = Number.NEGATIVE_INFINITY;
    else this.#refusals[action] += 1;
  }

  async #expire(object: ObjectInfo): Promise<void> {
    const { bucket, store } = this.#options;
    if (!(await deleteUnchanged(store, bucket, object))) return;
    this.report.expired += 1;
    this.report.expiredBytes += object.bytes;
  }

  async #move(object: ObjectInfo, storageClass: string): Promise<void> {
    const { bucket, store } = this.#options;
    if (store.setStorageClass === undefined) {
      throw new ObjectStoreError("rejected", `The store ${store.type} knows no storage classes`);
    }
    if (!(await store.setStorageClass(bucket, object, storageClass))) return;
    this.report.transitioned += 1;
    this.report.transitionedBytes += object.bytes;
  }

  /** False when it failed. */
  async #attempt(key: string, change: () => Promise<void>): Promise<boolean> {
    const { bucket, letGo } = this.#options;
    try {
      if (await letGo(bucket, key)) await change();
      else this.report.held += 1;
      return true;
    } catch (error) {
      this.report.failed += 1;
      this.report.reason ||= reasonOf(error);
      return false;
    }
  }
}

/** Prefixes that cover what the rules mean and do not overlap, in key order: each object is looked at once. */
export function widestPrefixes(rules: readonly LifecycleRule[]): readonly string[] {
  const acting = rules.filter(({ expiration, transitions }) => expiration !== undefined || transitions.length > 0);
  const sorted = acting.map(({ filter }) => filter.prefix).sort(compareKeys);
  return sorted.filter((prefix, index) => !sorted.some((other, at) => at < index && prefix.startsWith(other)));
}
