/**
 * Loaded before the server (`node --import`): every `fdatasync` takes LAKEHOSE_BENCH_DATASYNC_MS longer, as on a disk that is
 * farther away. In here and not in the product, which has no switch for it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { nodeDisk } from "../../src/std/node-disk.ts";

const delayMs = Number(process.env.LAKEHOSE_BENCH_DATASYNC_MS);
const open = nodeDisk.open;

nodeDisk.open = async (path, mode, options) => {
  const file = await open(path, mode, options);
  const datasync = file.datasync.bind(file);
  file.datasync = async () => {
    await datasync();
    await sleep(delayMs);
  };
  return file;
};
