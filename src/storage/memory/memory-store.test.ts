import assert from "node:assert/strict";
import { it } from "node:test";
import { objectStoreConformance } from "../../../test/conformance/object-store.ts";
import { systemClock } from "../../std/clock.ts";
import { bytesBody } from "../bytes-body.ts";
import { MemoryStore } from "./memory-store.ts";

const bucket = "lake";

async function open(options: Omit<ConstructorParameters<typeof MemoryStore>[0], "clock"> = {}) {
  const store = new MemoryStore({ clock: systemClock, ...options });
  await store.ensureBucket(bucket);
  return { store, bucket, cleanUp: () => store.close() };
}

objectStoreConformance({ name: "memory", open: () => open() });
objectStoreConformance({
  name: "memory with parts",
  open: () => open({ multipart: { putBytesMax: 4_000_000, partBytes: 16 } }),
});

it("MemoryStore plays a store that ignores conditions and metadata", async () => {
  const { store } = await open({ capabilities: { conditionalPut: false, keepsMetadata: false } });
  const request = { bucket, key: "k", onlyIfAbsent: true, contentType: "text/plain", metadata: { a: "b" } };
  await store.put({ ...request, body: bytesBody(Buffer.from("first")) });
  await store.put({ ...request, body: bytesBody(Buffer.from("second!")) });
  const found = await store.head(bucket, "k");
  assert.equal(found?.bytes, 7);
  assert.deepEqual(found.metadata, {});
});
