import { isHidden } from "../../src/catalog/partition-layout.ts";
import { EVERY_FILE } from "../../src/catalog/table-changes/every-file.ts";
import { StoredTableChanges } from "../../src/catalog/table-changes/stored-table-changes.ts";
import type { FileView, ObjectName } from "../../src/catalog/table-changes/table-changes.ts";
import { seededRandom } from "../../src/std/random.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import { openDiskStore } from "../../src/storage/disk/disk-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { PretendClock } from "./pretend-clock.ts";
import type { PretendDisk } from "./pretend-disk.ts";

/** A process with a local lake and its changes on a pretend disk; objects hold one word per line. */
export async function openChangeWorld(disk: PretendDisk, seed: number, clock = new PretendClock()) {
  const process = disk.process();
  const store = await openDiskStore({
    disk: process,
    root: "/data/buckets",
    temporaryDirectory: "/data/temporary",
    metadataDirectory: "/data/meta/objects",
  });
  await store.ensureBucket("lake");
  const changes = await StoredTableChanges.open({
    disk: process,
    directory: "/data/meta/catalog/changes",
    clock,
    random: seededRandom(seed),
    storeFor: () => store,
    catalog: { table: () => undefined },
    telemetry: silentTelemetry,
  });
  return {
    clock,
    store,
    changes,
    put: (key: string, ...words: readonly string[]) => putWords(store, { bucket: "lake", key }, words),
    etagOf: async (key: string) => (await store.head("lake", key))?.etag ?? "",
    /** What a reader through the catalog finds, in order. */
    read: async (prefix = "t/") => {
      const view = changes.view();
      const words = await readWords(store, view, prefix);
      view.release();
      return words;
    },
    /** What a reader finds who lists the folder and knows nothing else. */
    readByListing: (prefix = "t/") => readWords(store, EVERY_FILE, prefix),
    keys: async () => {
      const keys: string[] = [];
      for await (const { key } of store.list("lake")) keys.push(key);
      return keys;
    },
  };
}

export type ChangeWorld = Awaited<ReturnType<typeof openChangeWorld>>;

export async function putWords(store: ObjectStore, name: ObjectName, words: readonly string[]): Promise<void> {
  const body = bytesBody(Buffer.from(words.map((word) => `${word}\n`).join("")));
  await store.put({ ...name, body, onlyIfAbsent: true, contentType: "text/plain", metadata: {} });
}

/** As readers of tables do: the view first, then the listing. */
export async function readWords(store: ObjectStore, view: FileView, prefix: string): Promise<string[]> {
  const keys = view.hiddenBelow("lake", prefix).map(({ key }) => key);
  for await (const { key } of store.list("lake", { prefix })) {
    if (!isHidden(key) && view.shows({ bucket: "lake", key })) keys.push(key);
  }
  const words: string[] = [];
  for (const key of keys) {
    let text = "";
    for await (const piece of await store.get("lake", key)) text += piece.toString();
    words.push(...text.split("\n").filter((word) => word !== ""));
  }
  return words.sort();
}
