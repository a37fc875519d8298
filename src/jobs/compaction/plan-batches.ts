import { compareKeys } from "../../storage/compare-keys.ts";

/** What planning asks of a file. */
export interface SizedFile {
  readonly key: string;
  /** As it is stored. */
  readonly bytes: number;
}

export interface BatchLimits {
  /** Size of the files that are made, as they are stored. */
  readonly targetBytes: number;
  /** Fewer small files than this wait for more, unless they fill a file. */
  readonly filesMin: number;
  /** Files of one batch. */
  readonly filesMax: number;
  /** Size of the files of one batch, as they are stored. */
  readonly inputBytesMax: number;
  /** Stored bytes that come out for each that goes in, as far as is known: below 1 where the output is packed better. */
  readonly outputRatio: number;
}

/** A file that has this share of the target already would be rewritten for nothing. */
export const LARGE_SHARE = 0.75;

/**
 * Which files of one place become one file each time.
 *
 * Files are taken in the order of their names, which is that of their arrival where Lakehose wrote them, and the batches
 * follow one another in it. Files that are large enough are left alone. What is left at the end waits until it is worth it:
 * there have to be enough files, and each has to move into a file that is larger by half at least, so that a byte is
 * rewritten a handful of times in its life and not with every run.
 */
export function planBatches<File extends SizedFile>(
  files: readonly File[],
  limits: BatchLimits,
): readonly (readonly File[])[] {
  const small = files
    .filter(({ bytes }) => bytes * limits.outputRatio < LARGE_SHARE * limits.targetBytes)
    .sort((a, b) => compareKeys(a.key, b.key));
  return consecutiveRuns(small, limits)
    .map(({ batch, isFull }) => ({
      batch: withoutDominant(batch),
      filesMin: isFull ? 2 : Math.max(2, limits.filesMin),
    }))
    .filter(({ batch, filesMin }) => batch.length >= filesMin)
    .map(({ batch }) => batch);
}

interface Run<File> {
  readonly batch: readonly File[];
  /** The next file would have been too much. */
  readonly isFull: boolean;
}

function consecutiveRuns<File extends SizedFile>(files: readonly File[], limits: BatchLimits): readonly Run<File>[] {
  const runs: Run<File>[] = [];
  let batch: File[] = [];
  let batchBytes = 0;
  const bytesMax = Math.min(limits.targetBytes / limits.outputRatio, limits.inputBytesMax);
  for (const file of files) {
    if (batch.length > 0 && (batchBytes + file.bytes > bytesMax || batch.length >= limits.filesMax)) {
      runs.push({ batch, isFull: true });
      batch = [];
      batchBytes = 0;
    }
    batch.push(file);
    batchBytes += file.bytes;
  }
  if (batch.length > 0) runs.push({ batch, isFull: false });
  return runs;
}

/** What a file has to become at least, as a multiple of what it is. */
export const GROWTH_MIN = 1.5;

/** Leaves out the largest file while it would gain too little. */
function withoutDominant<File extends SizedFile>(batch: readonly File[]): readonly File[] {
  const bySize = batch.toSorted((a, b) => b.bytes - a.bytes);
  let bytes = batch.reduce((sum, file) => sum + file.bytes, 0);
  const dominant = new Set<File>();
  for (const file of bySize) {
    if (file.bytes * GROWTH_MIN <= bytes) break;
    dominant.add(file);
    bytes -= file.bytes;
  }
  return batch.filter((file) => !dominant.has(file));
}
