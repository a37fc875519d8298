import type { ObjectInfo } from "../../storage/object-store.ts";
import { type HeldChange, nameText } from "./change-records.ts";
import type { FileView, ObjectName } from "./table-changes.ts";

/**
 * The views that readers hold. A view knows the changes as they were when it was taken, and leaves out what changes that
 * began later put: a listing that is made half-way through an INSERT must not see the half that was there already.
 */
export class FileViews {
  readonly #held = new Set<HeldView>();
  /** Names of objects that are about to go. */
  readonly #leaving = new Map<string, number>();
  readonly #waiting = new Set<Waiting>();
  #sequence = 0;
  #snapshot: Snapshot | undefined;

  /** The changes are not what they were. Views that are taken from now on have at least the number that this returns. */
  changed(): number {
    this.#snapshot = undefined;
    return ++this.#sequence;
  }

  /** Objects that views that are held now must never show. */
  leaveOut(objects: readonly ObjectName[]): void {
    for (const { late } of this.#held) for (const object of objects) late.add(nameText(object));
  }

  /**
   * Lets `work` delete objects once nobody reads them any more: views that are taken from now on do not show them, and those
   * that were held before are waited for. What is still there afterwards shows again.
   */
  async withoutReaders<T>(objects: readonly ObjectName[], signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const names = objects.map(nameText);
    for (const name of names) this.#leaving.set(name, (this.#leaving.get(name) ?? 0) + 1);
    try {
      await this.#allTakenSince(this.changed(), signal);
      return await work();
    } finally {
      for (const name of names) {
        const left = (this.#leaving.get(name) ?? 1) - 1;
        if (left === 0) this.#leaving.delete(name);
        else this.#leaving.set(name, left);
      }
      this.changed();
    }
  }

  async #allTakenSince(sequence: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.allSince(sequence)) return;
    const done = Promise.withResolvers<void>();
    const waiting: Waiting = { sequence, resolve: done.resolve };
    const onAbort = () => done.reject(signal.reason);
    this.#waiting.add(waiting);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await done.promise;
    } finally {
      this.#waiting.delete(waiting);
      signal.removeEventListener("abort", onAbort);
    }
  }

  take(changes: Iterable<HeldChange>): FileView {
    this.#snapshot ??= snapshotOf(changes, this.#leaving.keys());
    const { leftOut, hidden } = this.#snapshot;
    const view: HeldView = { sequence: this.#sequence, late: new Set() };
    this.#held.add(view);
    return {
      shows: (object) => !leftOut.has(nameText(object)) && !view.late.has(nameText(object)),
      hiddenBelow: (bucket, prefix) =>
        hidden.filter(({ name }) => name.bucket === bucket && name.key.startsWith(prefix)).map(({ object }) => object),
      release: () => {
        this.#held.delete(view);
        for (const { sequence, resolve } of this.#waiting) if (this.allSince(sequence)) resolve();
      },
    };
  }

  /** Whether all views that are held were taken at this number or later. */
  allSince(sequence: number): boolean {
    return [...this.#held].every((view) => view.sequence >= sequence);
  }
}

/** Whoever wants all views that were taken before this number to have ended. */
interface Waiting {
  readonly sequence: number;
  readonly resolve: () => void;
}

interface HeldView {
  readonly sequence: number;
  readonly late: Set<string>;
}

interface Snapshot {
  readonly leftOut: ReadonlySet<string>;
  /** Committed objects at their hidden places, with the names that they will have. */
  readonly hidden: readonly { readonly name: ObjectName; readonly object: ObjectInfo }[];
}

function snapshotOf(changes: Iterable<HeldChange>, leaving: Iterable<string>): Snapshot {
  const leftOut = new Set(leaving);
  const hidden: { readonly name: ObjectName; readonly object: ObjectInfo }[] = [];
  for (const { state, adds, replaces, objects } of changes) {
    // The visible names of a change that is published are what counts; before that they are on their way.
    if (state !== "published") for (const added of adds) leftOut.add(nameText(added));
    if (state === "committed" || state === "published") for (const old of replaces) leftOut.add(nameText(old));
    if (state !== "committed") continue;
    for (const [index, object] of objects.entries()) {
      const name = adds[index];
      if (name !== undefined) hidden.push({ name, object });
    }
  }
  return { leftOut, hidden };
}
