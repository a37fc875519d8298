import type { Clock } from "../../std/clock.ts";
import { type FilePattern, findFiles } from "./file-pattern.ts";
import { changedAt, listFolder } from "./list-files.ts";

/** File systems note the time of a change only to some milliseconds: what was listed so soon after one is listed again. */
const MTIME_GRAIN_MS = 50;

/** The paths that match a pattern. Folders are listed again when their time of change says so, and now and then anyhow. */
export class FolderWatch {
  readonly #pattern: FilePattern;
  readonly #clock: Clock;
  readonly #refreshMs: number;
  #paths: readonly string[] = [];
  #changes = new Map<string, number | undefined>();
  #listedAt: number | undefined;

  constructor(pattern: FilePattern, options: { readonly clock: Clock; readonly refreshMs: number }) {
    this.#pattern = pattern;
    this.#clock = options.clock;
    this.#refreshMs = options.refreshMs;
  }

  async paths(): Promise<readonly string[]> {
    if (await this.#isStale()) await this.#list();
    return this.#paths;
  }

  async #isStale(): Promise<boolean> {
    if (this.#listedAt === undefined || this.#clock.monotonic() - this.#listedAt >= this.#refreshMs) return true;
    for (const [folder, change] of this.#changes) if ((await changedAt(folder)) !== change) return true;
    return false;
  }

  async #list(): Promise<void> {
    this.#listedAt = this.#clock.monotonic();
    const now = this.#clock.now();
    const seen = new Map<string, number | undefined>();
    const { files } = await findFiles(this.#pattern, async (folder) => {
      // Asked before the listing: a change in between shows the next time.
      const change = await changedAt(folder);
      seen.set(folder, change !== undefined && now - change < MTIME_GRAIN_MS ? undefined : change);
      return listFolder(folder);
    });
    this.#changes = seen;
    this.#paths = files;
  }
}
