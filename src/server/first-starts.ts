import { join } from "node:path";
import type { Delivery } from "../delivery/delivery.ts";
import type { Disk } from "../std/disk.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";
import type { CreateDeliveryRequest } from "../streams/dependencies.ts";

/**
 * Remembers which deliveries have started once, outside of their own folders. A delivery whose journal is missing may be
 * new, or its folder may have been lost; in the second case to begin anew would deliver everything a second time, so the
 * delivery has to refuse, and for that it has to be told which of the two it is.
 *
 * Layout: `meta/started/<stream uid>/<delivery id>` holds the position where the delivery began to read. Written once the
 * first start has succeeded, so a crash before that leaves a delivery that is new, with an empty journal or none.
 */
export class FirstStarts {
  readonly #disk: Disk;
  readonly #directory: string;

  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
  }

  /** Forgets streams that are gone. Called before any stream is opened. */
  async retain(streamUids: ReadonlySet<string>): Promise<void> {
    for (const uid of await this.#disk.list(this.#directory)) {
      if (!streamUids.has(uid)) await this.#disk.removeDirectory(join(this.#directory, uid));
    }
  }

  /** The delivery that `create` makes, told at its start whether it is new. `joining`: made under a running server. */
  watch(request: CreateDeliveryRequest, joining: boolean, create: (isNew: () => boolean) => Delivery): Delivery {
    let isNew = joining;
    const delivery = create(() => isNew);
    const path = join(this.#directory, request.document.uid, request.definition.id);
    return {
      id: delivery.id,
      get hold() {
        return delivery.hold;
      },
      start: async () => {
        if (!joining) isNew = !(await this.#startedAt(path, request.startAt));
        await delivery.start();
        if (isNew) await this.#remember(path, request.document.uid, request.startAt);
      },
      apply: (definition, versionId) => delivery.apply(definition, versionId),
      flush: (signal) => delivery.flush(signal),
      snapshot: (waitMs, signal) => delivery.snapshot(waitMs, signal),
      targets: () => delivery.targets(),
      stop: () => delivery.stop(),
      status: () => delivery.status(),
      isOpen: (objectName) => delivery.isOpen(objectName),
    };
  }

  async #startedAt(path: string, startAt: number): Promise<boolean> {
    const bytes = await readFileWhole(this.#disk, path);
    return bytes?.toString("utf8") === String(startAt);
  }

  async #remember(path: string, uid: string, startAt: number): Promise<void> {
    await this.#disk.makeDirectory(join(this.#directory, uid));
    await writeFileDurably(this.#disk, path, Buffer.from(String(startAt)));
  }
}
