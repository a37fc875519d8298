import { LakehoseError, reasonOf } from "../../model/errors.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import { READS_AT_ONCE, SAMPLES_MAX } from "./crawler-limits.ts";
import type { CsvHeader } from "./csv-sample.ts";
import type { Sample } from "./merge-contents.ts";
import { type ReadableObject, readContent } from "./read-content.ts";
import type { Folder, SampledObject } from "./scan.ts";
import type { TableCandidate } from "./table-candidates.ts";

export interface BrokenObject {
  readonly key: string;
  readonly reason: string;
}

export interface Sampling {
  /** In the order in which they were chosen. */
  readonly samples: readonly Sample[];
  readonly broken: readonly BrokenObject[];
  /** Folders of which all objects are broken. */
  readonly brokenFolders: ReadonlySet<string>;
}

export interface SamplingOptions {
  readonly csvHeader?: CsvHeader;
  readonly signal?: AbortSignal;
  readonly isOver: () => boolean;
  readonly onSampled?: () => void;
}

interface Chosen {
  readonly folder: Folder;
  readonly object: SampledObject;
}

/**
 * The objects to look at: of each candidate the newest folders by name, the first, and others evenly between, so that a
 * column that came yesterday is seen as well as one that went years ago. Each candidate has its share of all.
 */
export function chooseSamples(candidates: readonly TableCandidate[]): readonly Chosen[] {
  const share = Math.max(1, Math.floor(SAMPLES_MAX / Math.max(1, candidates.length)));
  const chosen: Chosen[] = [];
  for (const { members } of candidates) {
    const own: Chosen[] = [];
    for (const { folder } of inOrderOfUse(members)) {
      if (own.length >= share) break;
      // The object that was written last tells most; the list of samples ends with it.
      for (const object of folder.samples.toReversed()) own.push({ folder, object });
    }
    chosen.push(...own.slice(0, share));
  }
  return chosen.slice(0, SAMPLES_MAX);
}

/** The last and the first, then the middles of what is between: any number of them is spread evenly. */
function inOrderOfUse<T>(items: readonly T[]): readonly T[] {
  const order: T[] = [];
  const seen = new Set<number>();
  const add = (index: number) => {
    const item = items[index];
    if (item === undefined || seen.has(index)) return;
    seen.add(index);
    order.push(item);
  };
  add(items.length - 1);
  add(0);
  for (let step = items.length / 2; step >= 0.5; step /= 2) {
    for (let at = step; at < items.length; at += step) add(Math.floor(at));
  }
  return order;
}

/** Reads what was chosen, some at a time. What cannot be read is named with its reason, and ends nothing. */
export async function readSamples(
  store: ObjectStore,
  bucket: string,
  chosen: readonly Chosen[],
  options: SamplingOptions,
): Promise<Sampling> {
  const samples: Sample[] = [];
  const broken: BrokenObject[] = [];
  const brokenIn = new Map<string, number>();
  for (let at = 0; at < chosen.length && !options.isOver(); at += READS_AT_ONCE) {
    options.signal?.throwIfAborted();
    const group = chosen.slice(at, at + READS_AT_ONCE).map(async ({ folder, object }) => {
      const found = await readOne(store, bucket, object, options);
      options.onSampled?.();
      return { folder, object, found };
    });
    for (const { folder, object, found } of await Promise.all(group)) {
      if (found === undefined) continue;
      if (found instanceof Error) {
        broken.push({ key: object.key, reason: found.message });
        brokenIn.set(folder.path, (brokenIn.get(folder.path) ?? 0) + 1);
      } else samples.push({ key: object.key, folder: folder.path, content: found });
    }
  }
  const all = new Map(chosen.map(({ folder }) => [folder.path, folder.objects]));
  const brokenFolders = [...brokenIn].filter(([path, count]) => count === all.get(path)).map(([path]) => path);
  return { samples, broken, brokenFolders: new Set(brokenFolders) };
}

/** `undefined` for an object that has gone since it was listed. */
async function readOne(store: ObjectStore, bucket: string, object: SampledObject, { csvHeader }: SamplingOptions) {
  try {
    return await readContent(readable(store, bucket, object), csvHeader === undefined ? {} : { csvHeader });
  } catch (error) {
    if (error instanceof ObjectStoreError && error.code === "not-found") return undefined;
    if (error instanceof LakehoseError) return error;
    return new LakehoseError("unreadable-object", `It cannot be read: ${reasonOf(error)}`, { cause: error });
  }
}

function readable(store: ObjectStore, bucket: string, { key, bytes }: SampledObject): ReadableObject {
  return {
    bytes,
    read: async (start, end) => {
      const chunks: Buffer[] = [];
      for await (const chunk of await store.get(bucket, key, { start, end })) chunks.push(chunk);
      return Buffer.concat(chunks);
    },
  };
}
