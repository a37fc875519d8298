import { createHash } from "node:crypto";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import type { Ledger } from "./ledger.ts";
import { BACKUP_BUCKET, PRIMARY_BUCKETS } from "./scenario.ts";

export interface LakeObject {
  readonly bucket: string;
  readonly key: string;
  readonly bytes: Buffer;
}

/**
 * What readers of the lake see, and whether it ever changes under their eyes. An object, once seen, stays what it is; only
 * after a power loss may one be gone that was never durable, and comes back as it was.
 */
export class LakeWatcher {
  readonly #ledger: Ledger;
  readonly #seen = new Map<string, string>();
  /** Names that a stranger took; theirs is nobody's business, but it must not be written over. */
  readonly strangers = new Map<string, Buffer>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  async objectsOf(store: ObjectStore): Promise<LakeObject[]> {
    const objects: LakeObject[] = [];
    for (const bucket of [...PRIMARY_BUCKETS, BACKUP_BUCKET]) {
      await store.ensureBucket(bucket);
      for await (const { key } of store.list(bucket))
        objects.push({ bucket, key, bytes: await bytesOf(store, bucket, key) });
    }
    return objects;
  }

  /** Looks at one object that was just written, or at all of them. */
  look(object: LakeObject): void {
    const name = `${object.bucket}/${object.key}`;
    const digest = createHash("sha1").update(object.bytes).digest("hex");
    const before = this.#seen.get(name);
    if (before !== undefined && before !== digest) this.#ledger.fail(`${name} has changed under its readers`);
    this.#seen.set(name, digest);
  }

  /** Nothing that was seen may be missing, unless power was lost since. */
  lookAtAll(objects: readonly LakeObject[], mayMiss: boolean): void {
    const there = new Set(objects.map(({ bucket, key }) => `${bucket}/${key}`));
    for (const object of objects) this.look(object);
    for (const name of this.#seen.keys()) {
      if (!there.has(name) && !mayMiss) this.#ledger.fail(`${name} was visible and is gone`);
    }
  }

  forget(bucket: string, key: string): void {
    this.#seen.delete(`${bucket}/${key}`);
  }
}

export async function bytesOf(store: ObjectStore, bucket: string, key: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await store.get(bucket, key)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
