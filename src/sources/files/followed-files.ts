import { reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import { Mutex } from "../../std/mutex.ts";
import { findHolders, soughtOf } from "./copies.ts";
import type { FileFlow } from "./file-flow.ts";
import { type FileIdentity, type FilePosition, identityKey } from "./file-position.ts";
import type { FileEvent } from "./file-sink.ts";
import { type FileFound, FollowedFile } from "./followed-file.ts";

/** Files that stay open although nothing happens in them. What is open can be read also when its name is gone. */
const IDLE_OPEN_MAX = 512;

export interface FollowedFilesOptions {
  readonly flow: FileFlow;
  readonly clock: Clock;
  readonly observe: (event: FileEvent) => void;
  /** Makes what is known of these files durable, all at once. */
  readonly rememberTogether: (files: readonly FollowedFile[]) => Promise<void>;
}

/**
 * The files of one flow by identity, and where each begins. A file that begins with all the bytes of another of its folder is
 * taken for a copy and not read while the other one keeps them. It stops being one when
 *
 * - the other is emptied: then it holds what came before, and is read from where the other had been read to;
 * - it grows past the other: then it is a file of its own that began alike, and is read from its start;
 * - the other has ended: then it is read from where that one had been read to.
 */
export class FollowedFiles {
  readonly #options: FollowedFilesOptions;
  readonly #files = new Map<string, FollowedFile>();
  /** Positions of an earlier run whose files were not met yet. */
  readonly #known = new Map<string, FilePosition>();
  /** A round finds files while others are read, and both say what is a copy: one at a time, or a file is followed twice. */
  readonly #mutex = new Mutex();
  /** Told once each. */
  readonly #unreadable = new Set<string>();

  constructor(options: FollowedFilesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#files.size;
  }

  [Symbol.iterator](): IterableIterator<FollowedFile> {
    return this.#files.values();
  }

  get(identity: FileIdentity): FollowedFile | undefined {
    return this.#files.get(identityKey(identity));
  }

  has(identity: FileIdentity): boolean {
    return this.#files.has(identityKey(identity));
  }

  async drop(file: FollowedFile): Promise<void> {
    this.#files.delete(identityKey(file));
    await file.close();
  }

  /** A file of a flow that is followed for the first time. */
  async start(found: FileFound, { atEnd }: { readonly atEnd: boolean }): Promise<void> {
    const file = await this.#open(found);
    if (file === undefined) return;
    if (atEnd) await file.seek(await file.lastLineEnd());
    this.#follow(file);
  }

  /** What an earlier run knew: files that are met go on there. */
  expect(positions: readonly FilePosition[]): void {
    for (const position of positions) this.#known.set(identityKey(position), position);
  }

  /** Positions whose files were not met. */
  get missed(): readonly FilePosition[] {
    return [...this.#known.values()];
  }

  isExpected(identity: FileIdentity): boolean {
    return this.#known.has(identityKey(identity));
  }

  /** A file that was followed before, under a name that matches no more; another one that has its inode is none of ours. */
  async discoverMoved(found: FileFound): Promise<void> {
    const position = this.#known.get(identityKey(found));
    const file = await this.#open(found);
    if (position === undefined || file === undefined) return;
    if (!(await file.resume(position.fingerprint, position.offset))) return file.close();
    this.#known.delete(identityKey(found));
    file.batchEnd = position.batchEnd;
    this.#follow(file);
  }

  /** A file that was followed before, or that came since. */
  discover(found: FileFound): Promise<FollowedFile | undefined> {
    return this.#mutex.run(() => this.#discover(found));
  }

  async #discover(found: FileFound): Promise<FollowedFile | undefined> {
    const followed = this.get(found);
    if (followed !== undefined) return followed;
    // It may be a copy that has only been begun: nobody can say before something is in it.
    if (found.size === 0 && !this.isExpected(found)) return undefined;
    const file = await this.#open(found);
    if (file === undefined) return undefined;
    const position = this.#known.get(identityKey(found));
    if (position !== undefined) {
      this.#known.delete(identityKey(found));
      if (await file.resume(position.fingerprint, position.offset)) {
        file.batchEnd = position.batchEnd;
        return this.#follow(file);
      }
      // Another file by now, which was given the same inode, or the same one, emptied.
      await this.#resumeCopy(file, position);
    }
    file.isUndecided = true;
    const busy = [...this.#files.values()].filter((other) => other.isBusy && other.folder === file.folder);
    file.decidedAfter = busy.map((other) => ({ other, turns: other.turns }));
    this.#follow(file);
    await this.#decide(file);
    return file;
  }

  /**
   * Whether a new file is a copy, which cannot be said while what it may be a copy of is being read: that one may have been
   * emptied since it was read, and does not know it yet.
   */
  async #decide(file: FollowedFile): Promise<void> {
    if (file.decidedAfter.some(({ other, turns }) => other.isBusy && other.turns === turns)) return;
    file.isUndecided = false;
    file.decidedAfter = [];
    await file.lookAtHead();
    for (const other of this.#files.values()) {
      if (other === file || other.copyOf !== undefined || other.isUndecided || other.folder !== file.folder) continue;
      await other.lookAtHead();
      if (!file.beginsAs(other)) continue;
      await other.refreshSize();
      if (file.size > other.size && (await other.isIntact())) continue;
      if (file.size >= other.readTo && !(await file.holds(other.fingerprint, other.readTo))) continue;
      file.copyOf = other;
      return;
    }
  }

  /** The file was rewritten while nobody followed it: what was not read of it before comes from its copy, if there is one. */
  async #resumeCopy(rewritten: FollowedFile, position: FilePosition): Promise<void> {
    const { flow, observe, rememberTogether } = this.#options;
    const isFree = (found: FileFound) => !this.has(found) && !this.isExpected(found) && found.inode !== rewritten.inode;
    const [copy, ...others] = await findHolders(soughtOf(position), flow, isFree);
    const { path, offset, batchEnd } = position;
    observe({ kind: "file-truncated", path, offset, copy: copy?.path });
    if (copy === undefined) {
      if (batchEnd !== undefined) observe({ kind: "range-lost", path, from: offset, to: batchEnd });
      return;
    }
    copy.batchEnd = batchEnd;
    copy.isFinal = true;
    this.#follow(copy);
    await this.#passOver(others);
    rewritten.waitsFor = copy;
    await rememberTogether([...others, copy, rewritten]);
  }

  /** Copies of which another holds as much and more. */
  async #passOver(copies: readonly FollowedFile[]): Promise<void> {
    for (const copy of copies) {
      copy.copyOf = undefined;
      copy.isUndecided = false;
      await copy.seek(copy.size);
      this.#follow(copy);
    }
  }

  /**
   * A file that was emptied is read from its start, behind the copies that were made of it before: the one that holds most
   * stands behind what had been read and comes first, all others are read already.
   */
  beginAgain(file: FollowedFile): Promise<readonly FollowedFile[]> {
    return this.#mutex.run(async () => {
      const copies = await this.#adoptCopiesOf(file);
      file.restart();
      file.waitsFor = copies[0];
      return copies;
    });
  }

  async #adoptCopiesOf(file: FollowedFile): Promise<readonly FollowedFile[]> {
    const { folder } = file;
    const { offset, fingerprint } = file.acknowledged(0);
    const isFree = (found: FileFound) => !this.has(found);
    const copies = await findHolders({ folder, fingerprint, offset }, this.#options.flow, isFree);
    for (const copy of [...this.#files.values()].filter((other) => other.copyOf === file || other.isUndecided)) {
      await copy.refreshSize();
      if (offset > 0 && copy.folder === folder && (await copy.resume(fingerprint, offset))) copies.push(copy);
      else if (copy.copyOf === file) await this.#passOver([copy]);
    }
    const [adopted, ...others] = copies.sort((one, other) => other.size - one.size);
    if (adopted === undefined) return [];
    adopted.copyOf = undefined;
    adopted.isUndecided = false;
    adopted.isFinal = true;
    this.#follow(adopted);
    await this.#passOver(others);
    return [adopted, ...others];
  }

  /** Copies that turned out to be none, and copies of files that have ended. */
  settleCopies(): Promise<void> {
    return this.#mutex.run(() => this.#settleCopies());
  }

  async #settleCopies(): Promise<void> {
    for (const file of [...this.#files.values()]) {
      if (file.isUndecided) await this.#decide(file);
      const { copyOf: other } = file;
      if (other === undefined || other.isBusy) continue;
      if (!this.has(other)) {
        file.copyOf = undefined;
        await file.seek(Math.min(other.settledTo, file.size));
        continue;
      }
      await other.refreshSize();
      // Emptied before anything of it was read, and filled with something else.
      const isUnlike = other.readTo > 0 && !file.beginsAs(other);
      if (file.size <= other.size && !isUnlike) continue;
      // Emptied since it was read: its own turn finds that out, and what this one is.
      if (!(await other.isIntact())) continue;
      file.copyOf = undefined;
    }
  }

  /** Keeps the number of open files within bounds: those that have not grown for longest are closed, and opened again later. */
  async closeIdle(): Promise<void> {
    const open = [...this.#files.values()].filter((file) => file.isOpen);
    if (open.length <= IDLE_OPEN_MAX) return;
    const closable = open.filter(
      (file) => file.isSettled && !file.isBusy && file.missingSince === undefined && file.copyOf === undefined,
    );
    closable.sort((one, other) => one.grownAt - other.grownAt);
    for (const file of closable.slice(0, open.length - IDLE_OPEN_MAX)) await file.close();
  }

  #follow(file: FollowedFile): FollowedFile {
    const { clock, observe } = this.#options;
    file.grownAt = clock.monotonic();
    this.#files.set(identityKey(file), file);
    observe({ kind: "file-found", path: file.path, offset: file.readTo });
    return file;
  }

  async #open(found: FileFound): Promise<FollowedFile | undefined> {
    const file = new FollowedFile(found, this.#options.flow);
    try {
      if (!(await file.open())) return undefined;
      this.#unreadable.delete(found.path);
      return file;
    } catch (error) {
      if (!this.#unreadable.has(found.path)) {
        this.#unreadable.add(found.path);
        this.#options.observe({ kind: "file-unreadable", path: found.path, reason: reasonOf(error) });
      }
      return undefined;
    }
  }
}
