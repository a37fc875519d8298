/** A file as a listing shows it. Another size or time makes it another version. */
export interface DropFile {
  /** Relative to the folder, with slashes. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: number;
}

/** A folder that somebody drops files into, here or elsewhere. Rejects when it cannot be reached, or is not there. */
export interface DropFolder {
  /** Names the folder, the same at each start: what is remembered of files goes by it. */
  readonly identity: string;
  /** Plain files, no links, in it and in the folders of it. A file that goes meanwhile is left out. */
  list(options: ListOptions): Promise<DropFile[]>;
  stat(path: string): Promise<DropFile | undefined>;
  /** From `from` to the end of the file. */
  read(path: string, from: number): AsyncIterable<Uint8Array>;
  delete(path: string): Promise<void>;
  /** Moves a file to another path in the folder, or to an absolute one; never over another file: then it takes a new name. */
  archive(path: string, target: string): Promise<void>;
  /** Resolves when files may have come; the caller looks now and then anyhow. */
  changed?(signal: AbortSignal): Promise<void>;
}

export interface ListOptions {
  /** Folders, relative, that are not looked into. */
  readonly skip: (folder: string) => boolean;
  /** Rejects when there are more files than this. */
  readonly filesMax: number;
}

export function isSameVersion(one: DropFile, other: DropFile | undefined): boolean {
  return one.bytes === other?.bytes && one.modifiedAt === other.modifiedAt;
}
