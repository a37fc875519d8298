import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { EVERY_FILE } from "../../catalog/table-changes/every-file.ts";
import { systemClock } from "../../std/clock.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import { FileCache } from "./file-cache.ts";
import { listFiles, type StoredFile } from "./location.ts";

const never = new AbortController().signal;

test("FileCache gives room by the least recent use, and keeps what is being read", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lakehose-cache-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const store = new MemoryStore({ clock: systemClock });
  await store.ensureBucket("b");
  for (const key of ["1", "2", "3"]) {
    const body = bytesBody(Buffer.from(`{"id":${key}}\n`.padEnd(100)));
    await store.put({ bucket: "b", key, body, onlyIfAbsent: true, contentType: "text/plain", metadata: {} });
  }
  const cache = await FileCache.open({ disk: nodeDisk, directory, bytesMax: 250, localPath: () => undefined });
  const files: StoredFile[] = [];
  for await (const file of listFiles(() => store, { bucket: "b", prefix: "" }, EVERY_FILE, never)) files.push(file);
  const ready = async (index: number) => {
    const file = files[index];
    assert.ok(file !== undefined);
    return cache.ready(file, { format: "json", lines: "text", names: {}, skipsMalformed: false }, [], never);
  };
  const first = await ready(0);
  const second = await ready(1);
  await assert.rejects(ready(2), /the limit of the cache/);
  assert.ok(existsSync(first.path) && existsSync(second.path), "both are read");
  second.release();
  const third = await ready(2);
  assert.deepEqual(
    [first, second, third].map(({ path }) => existsSync(path)),
    [true, false, true],
  );
});
