import { dirname } from "node:path";
import { type Disk, DiskError, type DiskFile, type DiskStat, type OpenMode } from "../../src/std/disk.ts";
import { type Random, seededRandom } from "../../src/std/random.ts";
import { DiskFaults, type DiskOperationName } from "./disk-faults.ts";
import { PretendFileContent, SECTOR_BYTES } from "./pretend-file.ts";

/**
 * A disk in memory that fails as disks do, repeatably from a seed.
 *
 * Data: each file has a page cache and a durable side, in sectors of 512 bytes. `datasync` carries dirty sectors over.
 * Names: creating, renaming, linking and unlinking change what everybody sees at once; it is durable after
 * `syncDirectory` on the parent (of the target, for a rename). Directories themselves are durable when made, as the
 * contract of `Disk` says.
 *
 * `powerLoss` keeps any random subset of unsynced sectors and of unsynced changes of names (those in their order).
 * `processKill` keeps everything that was written. Both kill all open files and all views that `process()` gave out, so
 * code of the dead process cannot touch the disk of the next one; its operations fail with ESHUTDOWN.
 */
export class PretendDisk implements Disk {
  readonly faults = new DiskFaults();
  /** Bytes that may be allocated; writes beyond it are cut short with ENOSPC. */
  capacityBytes = Number.POSITIVE_INFINITY;
  readonly #random: Random;
  #life = 0;
  #names = new Map<string, PretendFileContent>();
  #durableNames = new Map<string, PretendFileContent>();
  readonly #directories = new Set<string>(["/"]);
  #unsyncedChanges: NameChange[] = [];
  #crash: { index: number; how: "power" | "kill" } | undefined;

  constructor(random: Random = seededRandom(1)) {
    this.#random = random;
  }

  /** The disk as the process sees it that runs now; dead after the next `powerLoss` or `processKill`. */
  process(): Disk {
    return this.#view(this.#life);
  }

  /** Orders a failure of the next operations of this name. A failed `datasync` leaves its pages clean and partly unwritten. */
  failNext(name: DiskOperationName, code: string, options: { pathPart?: string; times?: number } = {}): void {
    this.faults.failNext(name, code, options);
  }

  /**
   * Power goes, or the process is killed, during operation number `index` (see `faults.count`): it takes effect or not by
   * chance, a write in any prefix.
   */
  crashAt(index: number, how: "power" | "kill"): void {
    this.#crash = { index, how };
  }

  /** A sound disk with room from now on; what went wrong before stays. */
  heal(): void {
    this.faults.clear();
    this.capacityBytes = Number.POSITIVE_INFINITY;
    this.#crash = undefined;
  }

  /** True when the crash that was ordered last has not come yet. */
  get crashPending(): boolean {
    return this.#crash !== undefined;
  }

  powerLoss(): void {
    const share = this.#share();
    for (const change of this.#unsyncedChanges) if (this.#random.fraction() < share) change.apply(this.#durableNames);
    this.#unsyncedChanges = [];
    this.#names = new Map(this.#durableNames);
    for (const content of new Set(this.#names.values())) content.losePower(this.#random, this.#share());
    this.processKill();
  }

  processKill(): void {
    this.#life++;
    this.#crash = undefined;
  }

  /** Changes one byte of a file for good. `mask` says which bits; by default one at random. */
  flipByte(path: string, position: number, mask: number = 1 << Math.floor(this.#random.fraction() * 8)): void {
    this.#contentOf("flip", path).flip(position, mask);
  }

  /** What a file holds, past all hooks: for assertions. */
  contentOf(path: string): Buffer {
    const content = this.#contentOf("peek", path);
    const bytes = Buffer.alloc(content.size);
    content.read(bytes, 0);
    return bytes;
  }

  /** Names of all files below a directory, past all hooks: for assertions. */
  pathsBelow(directory: string): string[] {
    return [...this.#names.keys()].filter((path) => path.startsWith(`${directory}/`)).sort();
  }

  usedBytes(): number {
    let used = 0;
    for (const content of new Set(this.#names.values())) used += content.allocatedBytes;
    return used;
  }

  open(path: string, mode: OpenMode): Promise<DiskFile> {
    return this.#view(this.#life).open(path, mode);
  }
  list(path: string): Promise<string[]> {
    return this.#view(this.#life).list(path);
  }
  stat(path: string): Promise<DiskStat | undefined> {
    return this.#view(this.#life).stat(path);
  }
  makeDirectory(path: string): Promise<void> {
    return this.#view(this.#life).makeDirectory(path);
  }
  rename(from: string, to: string): Promise<void> {
    return this.#view(this.#life).rename(from, to);
  }
  link(from: string, to: string): Promise<void> {
    return this.#view(this.#life).link(from, to);
  }
  unlink(path: string): Promise<void> {
    return this.#view(this.#life).unlink(path);
  }
  removeDirectory(path: string): Promise<void> {
    return this.#view(this.#life).removeDirectory(path);
  }
  removeEmptyDirectory(path: string): Promise<boolean> {
    return this.#view(this.#life).removeEmptyDirectory(path);
  }
  syncDirectory(path: string): Promise<void> {
    return this.#view(this.#life).syncDirectory(path);
  }
  freeBytes(path: string): Promise<number> {
    return this.#view(this.#life).freeBytes(path);
  }

  #view(life: number): Disk {
    const run = <T>(name: DiskOperationName, path: string, effect: () => T) => this.#run(life, name, path, effect);
    return {
      open: (path, mode) => run("open", path, () => this.#file(life, path, this.#openContent(path, mode))),
      list: (path) => run("list", path, () => this.#list(path)),
      stat: (path) => run("stat", path, () => this.#stat(path)),
      makeDirectory: (path) => run("mkdir", path, () => this.#makeDirectory(path)),
      rename: (from, to) => run("rename", from, () => this.#rename(from, to)),
      link: (from, to) => run("link", to, () => this.#link(from, to)),
      unlink: (path) => run("unlink", path, () => this.#unlink(path)),
      removeDirectory: (path) => run("remove", path, () => this.#removeDirectory(path)),
      removeEmptyDirectory: (path) => run("remove", path, () => this.#removeEmptyDirectory(path)),
      syncDirectory: (path) => run("syncDirectory", path, () => this.#syncDirectory(path)),
      freeBytes: (path) => run("freeBytes", path, () => Math.max(0, this.capacityBytes - this.usedBytes())),
    };
  }

  #file(life: number, path: string, content: PretendFileContent): DiskFile {
    let open = true;
    const run = <T>(name: DiskOperationName, effect: () => T, failure?: () => void) =>
      this.#run(
        life,
        name,
        path,
        () => {
          if (!open) throw new DiskError(name, path, "EBADF");
          return effect();
        },
        failure,
      );
    const write = (chunks: readonly Uint8Array[], position: number) => {
      const crashing = this.#crash?.index === this.faults.count;
      return run("write", () => this.#write(path, content, chunks, position, crashing));
    };
    return {
      path,
      size: () => run("size", () => content.size),
      read: (target, position) => run("read", () => content.read(target, position)),
      write,
      datasync: () =>
        run(
          "datasync",
          () => content.sync(),
          () => content.failSync(this.#random),
        ),
      truncate: (bytes) => run("truncate", () => content.truncate(bytes)),
      close: () =>
        run("close", () => {
          open = false;
        }),
    };
  }

  /** Every operation passes here: dead views, ordered crashes, ordered failures, then the effect. */
  async #run<T>(
    life: number,
    name: DiskOperationName,
    path: string,
    effect: () => T,
    failure?: () => void,
  ): Promise<T> {
    if (life !== this.#life) throw new DiskError(name, path, "ESHUTDOWN");
    const index = this.faults.count;
    const code = await this.faults.enter(name, path);
    if (life !== this.#life) throw new DiskError(name, path, "ESHUTDOWN");
    if (code !== undefined) {
      failure?.();
      throw new DiskError(name, path, code);
    }
    if (this.#crash?.index !== index) return effect();
    if (name === "write" || this.#random.fraction() < 0.5) effect();
    if (this.#crash.how === "power") this.powerLoss();
    else this.processKill();
    throw new DiskError(name, path, "ESHUTDOWN");
  }

  #write(
    path: string,
    content: PretendFileContent,
    chunks: readonly Uint8Array[],
    position: number,
    crashing: boolean,
  ): void {
    const [only = Buffer.alloc(0)] = chunks;
    const bytes = chunks.length === 1 ? only : Buffer.concat(chunks);
    const asked = crashing ? bytes.subarray(0, Math.floor(this.#random.fraction() * (bytes.length + 1))) : bytes;
    let freeSectors = this.capacityBytes;
    if (Number.isFinite(freeSectors)) freeSectors = Math.floor((freeSectors - this.usedBytes()) / SECTOR_BYTES);
    const written = content.write(asked, position, () => freeSectors-- > 0);
    if (written < asked.length) throw new DiskError("write", path, "ENOSPC");
  }

  #openContent(path: string, mode: OpenMode): PretendFileContent {
    if (mode !== "create") return this.#contentOf("open", path);
    if (this.#names.has(path) || this.#directories.has(path)) throw new DiskError("open", path, "EEXIST");
    this.#requireParent("open", path);
    const content = new PretendFileContent();
    this.#change(dirname(path), (names) => names.set(path, content));
    return content;
  }

  #list(path: string): string[] {
    const prefix = path === "/" ? "/" : `${path}/`;
    const names: string[] = [];
    for (const all of [this.#names.keys(), this.#directories]) {
      for (const path of all) {
        if (path !== "/" && path.startsWith(prefix) && !path.includes("/", prefix.length))
          names.push(path.slice(prefix.length));
      }
    }
    return names.sort();
  }

  #stat(path: string): DiskStat | undefined {
    const content = this.#names.get(path);
    if (content !== undefined) {
      return { bytes: content.size, directory: false, modifiedAt: 0, inode: content.inode };
    }
    return this.#directories.has(path) ? { bytes: 0, directory: true, modifiedAt: 0, inode: 0 } : undefined;
  }

  #makeDirectory(path: string): void {
    for (let made = path; made !== "/"; made = dirname(made)) this.#directories.add(made);
  }

  #rename(from: string, to: string): void {
    const content = this.#contentOf("rename", from);
    this.#requireParent("rename", to);
    this.#change(dirname(to), (names) => {
      if (names.get(from) === content) names.delete(from);
      names.set(to, content);
    });
  }

  #link(from: string, to: string): void {
    const content = this.#contentOf("link", from);
    if (this.#names.has(to)) throw new DiskError("link", to, "EEXIST");
    this.#requireParent("link", to);
    this.#change(dirname(to), (names) => names.set(to, content));
  }

  #unlink(path: string): void {
    if (!this.#names.has(path)) return;
    this.#change(dirname(path), (names) => names.delete(path));
  }

  #removeDirectory(path: string): void {
    for (const directory of this.#directories) {
      if (directory === path || directory.startsWith(`${path}/`)) this.#directories.delete(directory);
    }
    this.#change(dirname(path), (names) => {
      for (const name of names.keys()) if (name.startsWith(`${path}/`)) names.delete(name);
    });
  }

  #removeEmptyDirectory(path: string): boolean {
    if (!this.#directories.has(path) || this.#list(path).length > 0) return false;
    this.#directories.delete(path);
    return true;
  }

  #syncDirectory(path: string): void {
    if (!this.#directories.has(path)) throw new DiskError("syncDirectory", path, "ENOENT");
    const later: NameChange[] = [];
    for (const change of this.#unsyncedChanges) {
      if (change.parent === path) change.apply(this.#durableNames);
      else later.push(change);
    }
    this.#unsyncedChanges = later;
  }

  #change(parent: string, apply: NameChange["apply"]): void {
    apply(this.#names);
    this.#unsyncedChanges.push({ parent, apply });
  }

  #contentOf(operation: string, path: string): PretendFileContent {
    const content = this.#names.get(path);
    if (content === undefined) throw new DiskError(operation, path, "ENOENT");
    return content;
  }

  #requireParent(operation: string, path: string): void {
    if (!this.#directories.has(dirname(path))) throw new DiskError(operation, path, "ENOENT");
  }

  /** Nothing, everything, or something in between survives: the extremes are where bugs are. */
  #share(): number {
    const chance = this.#random.fraction();
    if (chance < 0.2) return 0;
    if (chance < 0.4) return 1;
    return this.#random.fraction();
  }
}

interface NameChange {
  readonly parent: string;
  readonly apply: (names: Map<string, PretendFileContent>) => void;
}
