import { DiskError } from "../../src/std/disk.ts";

export type DiskOperationName =
  | "open"
  | "list"
  | "stat"
  | "mkdir"
  | "rename"
  | "link"
  | "unlink"
  | "remove"
  | "syncDirectory"
  | "freeBytes"
  | "size"
  | "read"
  | "write"
  | "datasync"
  | "truncate"
  | "close";

export interface DiskOperation {
  /** Counts from 0 over everything that was ever asked of the disk. */
  readonly index: number;
  readonly name: DiskOperationName;
  readonly path: string;
}

/**
 * What goes wrong and when, shared by the pretend disk and the faulty one: a counter, a hook before each operation, and
 * failures that were ordered beforehand.
 */
export class DiskFaults {
  /** Called before every operation; whatever it throws or rejects with is what the operation fails with. */
  before: ((operation: DiskOperation) => void | Promise<void>) | undefined;
  #count = 0;
  #ordered: { name: DiskOperationName; code: string; pathPart: string; times: number }[] = [];

  /** Operations that were asked for so far. */
  get count(): number {
    return this.#count;
  }

  /** The next `times` operations of this name, on a path that contains `pathPart`, fail with `code`. */
  failNext(name: DiskOperationName, code: string, options: { pathPart?: string; times?: number } = {}): void {
    this.#ordered.push({ name, code, pathPart: options.pathPart ?? "", times: options.times ?? 1 });
  }

  /** Takes back all failures that were ordered and have not come yet, and the hook. */
  clear(): void {
    this.#ordered = [];
    this.before = undefined;
  }

  /** Counts the operation, runs the hook, and says with which code the operation has to fail, if it has to. */
  async enter(name: DiskOperationName, path: string): Promise<string | undefined> {
    const operation = { index: this.#count, name, path };
    this.#count++;
    await this.before?.(operation);
    const order = this.#ordered.find((candidate) => candidate.name === name && path.includes(candidate.pathPart));
    if (order === undefined) return undefined;
    order.times--;
    if (order.times === 0) this.#ordered = this.#ordered.filter((candidate) => candidate !== order);
    return order.code;
  }

  /** `enter`, thrown as the error that a disk would throw. */
  async enterOrThrow(name: DiskOperationName, path: string): Promise<void> {
    const code = await this.enter(name, path);
    if (code !== undefined) throw new DiskError(name, path, code);
  }
}
