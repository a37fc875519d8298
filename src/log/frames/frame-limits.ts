/** Unit of alignment: what common disks write as one and file systems keep as one. Each sync group starts on such a border. */
export const BLOCK_BYTES = 4096;

export const FRAME_HEADER_BYTES = 96;

/** Frames start on multiples of this inside their group, so that headers can be read as words. */
export const FRAME_ALIGNMENT_BYTES = 8;

/** Default capacity of a segment file. One rotation costs two syncs; at 64 MiB that is below 1 % of writing it. */
export const SEGMENT_BYTES = 64 * 1024 * 1024;

/** Largest frame: a batch of `BATCH_BYTES_CEILING` (128 MiB) with room for its index and metadata. */
export const FRAME_BYTES_MAX = 160 * 1024 * 1024;

/** Most that one sync group gathers, unless a single frame is larger: twice AWS's largest batch, 10 ms of a modest disk. */
export const GROUP_BYTES_MAX = 8 * 1024 * 1024;

/** Most frames in one group, far below what its 16-bit ordinal can count. */
export const GROUP_FRAMES_MAX = 8192;

export function alignUp(bytes: number, alignment: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}
