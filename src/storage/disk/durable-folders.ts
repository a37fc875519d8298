import { dirname } from "node:path";
import type { Disk } from "../../std/disk.ts";

/** Folders remembered as durable, so that an ordinary put does not sync its parents again; far above open partitions. */
const REMEMBERED_MAX = 50_000;

/**
 * Makes folders below a root and knows which of them have a durable name. A folder that is merely there proves nothing:
 * a predecessor may have been killed between making it and syncing its parent. So each folder's parent is synced once
 * by every process before anything in it is called durable.
 */
export class DurableFolders {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #durable = new Set<string>();

  /** `root` itself has to exist and be durable. */
  constructor(disk: Disk, root: string) {
    this.#disk = disk;
    this.#root = root;
  }

  /** Makes `path` (below the root) with all that is missing above it; every name on the way is durable afterwards. */
  async make(path: string): Promise<void> {
    if (path === this.#root || this.#durable.has(path)) return;
    await this.#disk.makeDirectory(path);
    const toSync: string[] = [];
    for (let at = path; at !== this.#root && !this.#durable.has(at); at = dirname(at)) toSync.push(at);
    for (const folder of toSync.reverse()) {
      await this.#disk.syncDirectory(dirname(folder));
      this.#remember(folder);
    }
  }

  /** Somebody may have removed folders by hand: what is remembered no longer counts. */
  forget(): void {
    this.#durable.clear();
  }

  #remember(folder: string): void {
    if (this.#durable.size >= REMEMBERED_MAX) this.#durable.clear();
    this.#durable.add(folder);
  }
}
