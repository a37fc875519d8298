import { join } from "node:path";
import type { StoredFile } from "../../query/engine/location.ts";
import type { Disk } from "../../std/disk.ts";
import { ObjectStoreError } from "../../storage/object-store.ts";
import { readAhead } from "./read-ahead.ts";
import { ScratchObject } from "./scratch-object.ts";

/** Objects as files of a folder, in their order: for readers that want whole files and seek in them. */
export async function localCopies(
  files: readonly StoredFile[],
  { disk, directory, extension, signal }: { disk: Disk; directory: string; extension: string; signal: AbortSignal },
): Promise<ReadonlyMap<string, StoredFile>> {
  const copies = new Map<string, StoredFile>();
  for await (const { file, packed } of readAhead(files)) {
    const path = join(directory, `${copies.size}${extension}`);
    const copy = await ScratchObject.create(disk, path);
    try {
      for await (const chunk of packed) {
        signal.throwIfAborted();
        await copy.write([chunk]);
      }
      if (copy.bytes !== file.object.bytes) throw replacedMeanwhile(file);
    } finally {
      await copy.close();
    }
    copies.set(path, file);
  }
  return copies;
}

function replacedMeanwhile({ bucket, object }: StoredFile): ObjectStoreError {
  const message = `s3://${bucket}/${object.key} is not what it was when it was listed: expected ${object.bytes} bytes`;
  return new ObjectStoreError("not-found", message);
}
