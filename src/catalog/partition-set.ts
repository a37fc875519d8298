import type { Partition } from "./partition.ts";
import { compareValues, keyOfValues } from "./partition-values.ts";
import type { StorageDescriptor } from "./table.ts";

/**
 * The partitions of one table in memory, and the changes that make them.
 *
 * Partitions of a table mostly have the same columns, formats and serializers, which are nine tenths of their bytes. That
 * part is kept once, in memory and in the log: a change brings new descriptors under numbers, and partitions name the number.
 */
export class PartitionSet {
  readonly #held = new Map<string, Held>();
  readonly #descriptors = new Map<number, SharedDescriptor>();
  readonly #numbers = new Map<string, number>();
  #nextNumber = 0;
  #ordered: readonly Partition[] = [];
  /** What `#ordered` does not show yet. */
  #added = new Set<Partition>();
  #removed = new Set<Partition>();
  #bytes = 0;

  get size(): number {
    return this.#held.size;
  }

  /** What the log would have if it were written anew, about. */
  get bytes(): number {
    return this.#bytes;
  }

  get(values: readonly string[]): Partition | undefined {
    return this.#held.get(keyOfValues(values))?.partition;
  }

  /** By their values in order. What was returned before stays as it was. */
  all(): readonly Partition[] {
    if (this.#added.size > 0 || this.#removed.size > 0) this.#order();
    return this.#ordered;
  }

  /** The change that takes out and puts in these; changes nothing yet. */
  changeOf(removed: readonly (readonly string[])[], added: readonly Partition[]): PartitionChange {
    const fresh = new Map<string, number>();
    const numberOf = (descriptor: SharedDescriptor): number => {
      const text = JSON.stringify(descriptor);
      const known = this.#numbers.get(text) ?? fresh.get(text);
      if (known !== undefined) return known;
      const number = this.#nextNumber + fresh.size;
      fresh.set(text, number);
      return number;
    };
    const put = added.map((partition) => pack(partition, numberOf));
    return {
      ...(fresh.size > 0 && { descriptors: [...fresh].map(([text, number]) => [number, JSON.parse(text)] as const) }),
      ...(removed.length > 0 && { removed }),
      ...(put.length > 0 && { put }),
    };
  }

  /** `bytes` is the size of the change in the log. */
  apply({ descriptors = [], removed = [], put = [] }: PartitionChange, bytes: number): void {
    for (const [number, descriptor] of descriptors) {
      this.#descriptors.set(number, descriptor);
      this.#numbers.set(JSON.stringify(descriptor), number);
      this.#nextNumber = Math.max(this.#nextNumber, number + 1);
    }
    for (const values of removed) this.#set(keyOfValues(values), undefined);
    for (const packed of put) {
      const descriptor = packed.descriptor === undefined ? undefined : this.#descriptors.get(packed.descriptor);
      const held = { partition: unpack(packed, descriptor), bytes: bytes / put.length };
      this.#set(keyOfValues(packed.values), held);
    }
  }

  #set(key: string, held: Held | undefined): void {
    const before = this.#held.get(key);
    this.#bytes += (held?.bytes ?? 0) - (before?.bytes ?? 0);
    if (before !== undefined && !this.#added.delete(before.partition)) this.#removed.add(before.partition);
    if (held === undefined) {
      this.#held.delete(key);
      return;
    }
    this.#held.set(key, held);
    this.#added.add(held.partition);
  }

  /** Sorts what is new behind what is in order: the engine merges such runs in linear time. */
  #order(): void {
    const kept = this.#ordered.filter((partition) => !this.#removed.has(partition));
    this.#ordered = [...kept, ...[...this.#added].sort(byValues)].sort(byValues);
    this.#added = new Set();
    this.#removed = new Set();
  }
}

/** One line of the log. What is removed goes before what is put comes. */
export interface PartitionChange {
  /** New ones, under their numbers. */
  readonly descriptors?: readonly (readonly [number, SharedDescriptor])[];
  readonly removed?: readonly (readonly string[])[];
  readonly put?: readonly PackedPartition[];
}

/** What partitions have in common; location and parameters (crawlers put row counts there) are each one's own. */
type SharedDescriptor = Omit<StorageDescriptor, "location" | "parameters">;

type PackedPartition = Omit<Partition["definition"], "storageDescriptor"> & {
  readonly createdAt: number;
  /** Number of the shared part; absent when the partition has no storage descriptor. */
  readonly descriptor?: number;
  readonly location?: string;
  readonly descriptorParameters?: StorageDescriptor["parameters"];
};

interface Held {
  readonly partition: Partition;
  readonly bytes: number;
}

function pack({ definition, createdAt }: Partition, numberOf: (shared: SharedDescriptor) => number): PackedPartition {
  const { storageDescriptor, ...own } = definition;
  if (storageDescriptor === undefined) return { ...own, createdAt };
  const { location, parameters, ...shared } = storageDescriptor;
  return {
    ...own,
    createdAt,
    descriptor: numberOf(shared),
    ...(location !== undefined && { location }),
    ...(parameters !== undefined && { descriptorParameters: parameters }),
  };
}

function unpack(packed: PackedPartition, shared: SharedDescriptor | undefined): Partition {
  const { createdAt, descriptor: _, location, descriptorParameters: parameters, ...own } = packed;
  if (shared === undefined) return { definition: own, createdAt };
  const storageDescriptor = {
    ...shared,
    ...(location !== undefined && { location }),
    ...(parameters !== undefined && { parameters }),
  };
  return { definition: { ...own, storageDescriptor }, createdAt };
}

function byValues(a: Partition, b: Partition): number {
  return compareValues(a.definition.values, b.definition.values);
}
