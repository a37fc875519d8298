import { invariant } from "../../std/assert.ts";

/** 10,000 producers that keep their connections, at 24 KB each (measured), and room for those that come and go. */
const CONNECTIONS_MAX = 12_288;

/** Open files that are no connections: segments and journals of a hundred streams, objects on their way, the runtime. */
const OTHER_FILES = 1_024;

/**
 * Connections at a time where a process may have so many files open. Beyond its limit a process cannot even accept a
 * connection to refuse it, nor open the files that it delivers with; so deliveries keep a share, at least half of it.
 */
export function connectionsWithin(filesMax: number): number {
  invariant(filesMax > 0, "a process may open files");
  const left = Math.max(filesMax - OTHER_FILES, Math.floor(filesMax / 2));
  return Math.min(CONNECTIONS_MAX, left);
}

/** `ulimit -n` as it holds for this process; without limit where the system does not say. */
export function openFilesMax(): number {
  const { userLimits } = process.report.getReport() as { userLimits?: { open_files?: { soft: number | string } } };
  const soft = Number(userLimits?.open_files?.soft);
  return Number.isInteger(soft) && soft > 0 ? soft : Number.POSITIVE_INFINITY;
}
