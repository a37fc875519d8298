import { BufferPool } from "../std/buffer-pool.ts";

/**
 * Where local functions' replies are put together. Whoever has read a reply and kept nothing of it may give it back
 * (`giveBack`); one that comes from elsewhere is left alone. A fresh buffer for each keeps the collector busy.
 */
export const replyMemory = new BufferPool(16 * 1024 * 1024);
