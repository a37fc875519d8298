import { CatalogError } from "../../catalog/catalog-error.ts";
import type { Table } from "../../catalog/table.ts";
import type {
  ObjectName,
  ReplacedObject,
  TableChange,
  TableChanges,
} from "../../catalog/table-changes/table-changes.ts";
import { LakehoseError } from "../../model/errors.ts";
import type { StoredFile } from "../../query/engine/location.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { type ObjectBody, type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import { writeObject } from "../../storage/write-object.ts";

export interface NewFile {
  readonly name: ObjectName;
  readonly body: ObjectBody;
  readonly contentType: string;
  readonly contentEncoding?: string;
}

export interface ReplaceFilesOptions {
  readonly changes: TableChanges;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly origin: string;
  readonly graceMs: number;
  readonly signal: AbortSignal;
}

/**
 * New files instead of old ones, in one step for all who read through the catalog: noted, put, committed.
 *
 * False when somebody else was faster: a file that was read is gone, is another one, or is part of another change. Then the
 * table is as they left it, and nothing of ours is there.
 */
export async function replaceFiles(
  table: Table,
  replaced: readonly StoredFile[],
  news: readonly NewFile[],
  options: ReplaceFilesOptions,
): Promise<boolean> {
  const { changes, origin, graceMs } = options;
  const plan = {
    origin,
    table: { databaseName: table.databaseName, tableName: table.definition.name },
    adds: news.map(({ name }) => name),
    replaces: replaced.map(replacedObject),
    graceMs,
  };
  try {
    const change = await changes.begin(plan);
    await putAll(change, news, options);
    await change.commit();
    return true;
  } catch (error) {
    if (isOvertaken(error)) return false;
    throw error;
  }
}

/** Whether work was in vain because the files that it began with have changed meanwhile, which is nobody's fault. */
export function isOvertaken(error: unknown): boolean {
  if (error instanceof CatalogError) return error.code === "conflict";
  return error instanceof ObjectStoreError && error.code === "not-found";
}

/** What was put is deleted when one fails. A commit that fails is the catalog's to clear up: it may have taken effect. */
async function putAll(change: TableChange, news: readonly NewFile[], options: ReplaceFilesOptions): Promise<void> {
  const { storeFor, signal } = options;
  try {
    for (const [index, { body, contentType, contentEncoding }] of news.entries()) {
      const place = change.places[index];
      if (place === undefined) throw new LakehoseError("rewrite-failed", "A change has a place for each new file");
      const encoding = contentEncoding === undefined ? {} : { contentEncoding };
      const request = { ...place, body, contentType, ...encoding, metadata: {}, signal };
      await writeObject(storeFor(place.bucket), request, options);
    }
    signal.throwIfAborted();
  } catch (error) {
    // One that cannot be abandoned now is abandoned at the next start.
    await change.abandon().catch(() => undefined);
    throw error;
  }
}

function replacedObject({ bucket, object }: StoredFile): ReplacedObject {
  return { bucket, key: object.key, etag: object.etag };
}
