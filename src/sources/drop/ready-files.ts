import type { Clock } from "../../std/clock.ts";
import { compilePathGlob } from "../../std/path-glob.ts";
import { type DropFile, isSameVersion } from "./drop-folder.ts";
import type { DropOptions } from "./drop-options.ts";

interface Sighting {
  readonly file: DropFile;
  readonly since: number;
}

/** Tells which files of one listing after another are to be read, and are whole. */
export class ReadyFiles {
  readonly #ready: DropOptions["ready"];
  readonly #clock: Clock;
  readonly #matches: (path: string) => boolean;
  #sightings = new Map<string, Sighting>();

  constructor({ patterns, exclude, ready }: Pick<DropOptions, "patterns" | "exclude" | "ready">, clock: Clock) {
    this.#ready = ready;
    this.#clock = clock;
    const wanted = patterns.map(compilePathGlob);
    const unwanted = exclude.map(compilePathGlob);
    this.#matches = (path) =>
      wanted.some((matches) => matches(path)) && !unwanted.some((matches) => matches(path)) && !isHidden(path);
  }

  /** Oldest first; of the same time, by path. */
  of(listing: readonly DropFile[]): DropFile[] {
    const chosen = listing.filter(({ path }) => this.#matches(path));
    const ready = this.#whole(chosen, listing);
    return ready.sort((one, other) => one.modifiedAt - other.modifiedAt || (one.path < other.path ? -1 : 1));
  }

  #whole(chosen: readonly DropFile[], listing: readonly DropFile[]): DropFile[] {
    if (this.#ready === "renamed") return [...chosen];
    if ("stableSeconds" in this.#ready) return this.#stable(chosen, this.#ready.stableSeconds * 1000);
    const { marker } = this.#ready;
    const paths = new Set(listing.map(({ path }) => path));
    return chosen.filter(({ path }) => !path.endsWith(marker) && paths.has(`${path}${marker}`));
  }

  /** By our own clock: that of whoever wrote the file may be another. */
  #stable(chosen: readonly DropFile[], stableMs: number): DropFile[] {
    const now = this.#clock.monotonic();
    const before = this.#sightings;
    this.#sightings = new Map();
    return chosen.filter((file) => {
      const seen = before.get(file.path);
      const since = seen !== undefined && isSameVersion(file, seen.file) ? seen.since : now;
      this.#sightings.set(file.path, { file, since });
      return now - since >= stableMs;
    });
  }
}

function isHidden(path: string): boolean {
  return path.startsWith(".") || path.includes("/.");
}
