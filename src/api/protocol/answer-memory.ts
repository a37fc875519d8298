import { BufferPool } from "../../std/buffer-pool.ts";

/**
 * Memory of large answers. A batch's answer is 56 KB of record ids; at full load that was 30 MB a second for the collector.
 * Whoever sends an answer gives it back once the kernel has it.
 */
export const answerMemory = new BufferPool(8 * 1024 * 1024);
