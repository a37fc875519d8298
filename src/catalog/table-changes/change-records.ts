import type { ObjectInfo } from "../../storage/object-store.ts";
import type { ObjectName, ReplacedObject } from "./table-changes.ts";

/** Lines of the log of changes. */
export type ChangeRecord =
  | ({ readonly type: "begin" } & BegunChange)
  | {
      readonly type: "commit";
      readonly id: string;
      readonly at: number;
      /** What lies at each of the places. */
      readonly objects: readonly ObjectInfo[];
    }
  | { readonly type: "abandon"; readonly id: string; readonly at: number }
  | { readonly type: "publish" | "close"; readonly id: string };

export interface BegunChange {
  readonly id: string;
  readonly origin: string;
  readonly at: number;
  readonly graceMs: number;
  readonly adds: readonly AddedObject[];
  readonly replaces: readonly ReplacedObject[];
}

export interface AddedObject extends ObjectName {
  /** Where the object is put first when the change replaces files: a key that listings leave out. */
  readonly hiddenKey?: string;
}

/**
 * `open` until the commit; `committed` until the visible names are there and the old files are gone; `published` until no
 * reader needs the hidden objects; `abandoned` until what was put is deleted.
 */
export type ChangeState = "open" | "committed" | "published" | "abandoned";

export interface HeldChange extends BegunChange {
  readonly state: ChangeState;
  /** When it was committed or abandoned. */
  readonly decidedAt?: number;
  /** What lies at the places of a change that is committed. */
  readonly objects: readonly ObjectInfo[];
}

/** The changes that are not closed, after one more line. One that only adds is closed by its commit. */
export function applyRecord(changes: Map<string, HeldChange>, record: ChangeRecord): void {
  if (record.type === "begin") {
    const { type: _, ...begun } = record;
    changes.set(begun.id, { ...begun, state: "open", objects: [] });
    return;
  }
  const held = changes.get(record.id);
  if (held === undefined) return;
  if (record.type === "commit" && held.replaces.length > 0) {
    changes.set(held.id, { ...held, state: "committed", decidedAt: record.at, objects: record.objects });
  } else if (record.type === "publish") changes.set(held.id, { ...held, state: "published" });
  else if (record.type === "abandon") changes.set(held.id, { ...held, state: "abandoned", decidedAt: record.at });
  else changes.delete(held.id);
}

/** The lines that make these changes. */
export function* recordsOf(changes: Iterable<HeldChange>): Generator<ChangeRecord> {
  for (const { state, decidedAt: at = 0, objects, ...begun } of changes) {
    const { id } = begun;
    yield { type: "begin", ...begun };
    if (state === "committed" || state === "published") yield { type: "commit", id, at, objects };
    if (state === "published") yield { type: "publish", id };
    if (state === "abandoned") yield { type: "abandon", id, at };
  }
}

/** Where an object is put first. */
export function placeOf({ bucket, key, hiddenKey }: AddedObject): ObjectName {
  return { bucket, key: hiddenKey ?? key };
}

export function nameText({ bucket, key }: ObjectName): string {
  return `${bucket}/${key}`;
}
