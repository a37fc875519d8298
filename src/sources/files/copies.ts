import type { FileFlow } from "./file-flow.ts";
import { type FilePosition, type Fingerprint, identityKey } from "./file-position.ts";
import { type FileFound, FollowedFile } from "./followed-file.ts";
import { filesIn } from "./list-files.ts";

/** Files of a folder that are looked into for one that was lost, largest first: of several copies, the last has most. */
const CANDIDATES_MAX = 200;

/** Looks at a folder in which names change under way: a file may have got another name since it was listed. */
const LOOKS_MAX = 5;

/** What had been read of a file that is now another one, or under another name. */
export interface Sought {
  readonly folder: string;
  readonly fingerprint: Fingerprint;
  readonly offset: number;
}

/**
 * Looks in the folder of a file for those that hold what had been read of it: copies that rotation or somebody else made. They
 * come open and stand behind what had been read, the one that holds most first.
 */
export async function findHolders(
  { folder, fingerprint, offset }: Sought,
  flow: FileFlow,
  isWanted: (found: FileFound) => boolean,
): Promise<FollowedFile[]> {
  if (offset === 0) return [];
  const holders = new Map<string, FollowedFile>();
  for (let look = 1; look <= LOOKS_MAX; look++) {
    const isNews = (found: FileFound) => found.size >= offset && isWanted(found) && !holders.has(identityKey(found));
    const candidates = (await filesIn(folder)).filter(isNews).sort((one, other) => other.size - one.size);
    let isSettled = true;
    for (const found of candidates.slice(0, CANDIDATES_MAX)) {
      const file = new FollowedFile(found, flow);
      const isOpen = await file.open().catch(() => undefined);
      if (isOpen === true && (await file.resume(fingerprint, offset))) holders.set(identityKey(found), file);
      else await file.close();
      if (isOpen === false) isSettled = false;
    }
    if (isSettled) break;
  }
  return [...holders.values()].sort((one, other) => other.size - one.size);
}

export function soughtOf({ path, fingerprint, offset }: FilePosition): Sought {
  return { folder: path.slice(0, path.lastIndexOf("/")) || "/", fingerprint, offset };
}
