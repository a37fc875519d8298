/** One file of an archive, wherever it lies. */
export interface ArchiveFile {
  /** As messages show it: a path, or `s3://bucket/key`. */
  readonly name: string;
  readonly bytes: number;
  /** Its bytes from the start, each time it is called. */
  open(): AsyncIterable<Buffer>;
  /** A path with the same bytes, for readers that jump about in a file. */
  onDisk(): Promise<FileOnDisk>;
}

export interface FileOnDisk {
  readonly path: string;
  /** Removes the file if it is a copy. */
  release(): Promise<void>;
}

/** Folders are full of what is no data: `_SUCCESS`, `.crc`, files that are not finished. Hive and Spark pass over them, too. */
export function isData(relativePath: string): boolean {
  return !relativePath.split("/").some((part) => part.startsWith("_") || part.startsWith("."));
}
