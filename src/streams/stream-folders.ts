import { dirname, join } from "node:path";
import type { StreamDependencies } from "./dependencies.ts";
import type { StoredStream } from "./registry.ts";
import type { StreamDocument } from "./streams.ts";

type Folders = Pick<StreamDependencies, "dataDirectory">;

export function logDirectory({ dataDirectory }: Folders, { uid }: StreamDocument): string {
  return join(dataDirectory, "log", uid);
}

export function deliveriesDirectory({ dataDirectory }: Folders, { uid }: StreamDocument): string {
  return join(dataDirectory, "deliveries", uid);
}

export function deliveryDirectory(folders: Folders, document: StreamDocument, deliveryId: string): string {
  return join(deliveriesDirectory(folders, document), deliveryId);
}

/** Journals of redrives, one file for each delivery. */
export function redrivesDirectory({ dataDirectory }: Folders, { uid }: StreamDocument): string {
  return join(dataDirectory, "meta", "redrives", uid);
}

/** Removes all files of a stream that is closed, durably. */
export async function removeFiles(dependencies: StreamDependencies, document: StreamDocument): Promise<void> {
  const { disk } = dependencies;
  for (const folderOf of [deliveriesDirectory, logDirectory, redrivesDirectory]) {
    const directory = folderOf(dependencies, document);
    await disk.makeDirectory(dirname(directory));
    await disk.removeDirectory(directory);
    await disk.syncDirectory(dirname(directory));
  }
}

/** For a delivery that is forgotten already: one that is known and has no journal counts as damaged. */
export function removeDeliveryFiles(
  folders: Folders & Pick<StreamDependencies, "disk">,
  document: StreamDocument,
  deliveryId: string,
) {
  return folders.disk.removeDirectory(deliveryDirectory(folders, document, deliveryId));
}

/** A delivery is forgotten first, then its files go; a crash between the two leaves a folder that nobody knows. */
export async function removeFoldersOfTheGone(
  dependencies: Pick<StreamDependencies, "dataDirectory" | "disk">,
  { document, ending, replays }: Pick<StoredStream, "document" | "ending" | "replays">,
): Promise<void> {
  const known = [...document.deliveries, ...ending, ...replays.map(({ definition }) => definition)];
  const ids = new Set(known.map(({ id }) => id));
  for (const id of await dependencies.disk.list(deliveriesDirectory(dependencies, document))) {
    if (!ids.has(id)) await dependencies.disk.removeDirectory(deliveryDirectory(dependencies, document, id));
  }
}
