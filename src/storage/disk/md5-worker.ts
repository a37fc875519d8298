/** The thread of `md5-thread.ts`: hashes what it is sent, and sends the memory back. */
import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";
import type { Md5Reply, Md5Request } from "./md5-thread.ts";

const hashes = new Map<number, Hash>();

parentPort?.on("message", ({ id, memory, bytes, end }: Md5Request) => {
  const hash = hashes.get(id) ?? createHash("md5");
  hashes.set(id, hash);
  if (memory !== undefined) hash.update(new Uint8Array(memory, 0, bytes));
  if (end) hashes.delete(id);
  const reply: Md5Reply = { id, memory, ...(end === "digest" && { digest: hash.digest("hex") }) };
  parentPort?.postMessage(reply, memory === undefined ? [] : [memory]);
});
