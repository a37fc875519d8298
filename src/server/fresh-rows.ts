import type { Location } from "../catalog/location.ts";
import { isHidden } from "../catalog/partition-layout.ts";
import { isBelow } from "../catalog/partition-of-object.ts";
import type { DeliverySnapshot, PendingObject } from "../delivery/delivery.ts";
import type { ComponentSpec } from "../model/delivery-definition.ts";
import type { FreshFile, FreshRows, FreshSnapshot } from "../query/fresh-rows.ts";
import { QueryError } from "../query/query-error.ts";
import type { Streams } from "../streams/streams.ts";

/** How long a query waits for what was acknowledged before it to be decided: functions may take longer. */
const WAIT_MS = 1_000;

/** What a query encodes on its way: beyond it, the rows will have landed sooner than they were read. */
const FRESH_BYTES_MAX = 256 * 1024 * 1024;
const FRESH_OBJECTS_MAX = 1_000;

/** Asks the deliveries whose objects lie below the place, whatever table was made over it. */
export class StreamFreshRows implements FreshRows {
  readonly #streams: () => Pick<Streams, "list" | "snapshots"> | undefined;

  /** Streams are opened after the lake. */
  constructor(streams: () => Pick<Streams, "list" | "snapshots"> | undefined) {
    this.#streams = streams;
  }

  async snapshot(location: Location, signal: AbortSignal): Promise<FreshSnapshot> {
    const streams = this.#streams();
    const isWanted = ({ options }: ComponentSpec) => options.bucket === location.bucket;
    const taken = await Promise.all(
      (streams?.list() ?? []).map(({ name, deliveries }) => {
        // One that cannot be opened may have something for the place if it says so.
        const unknown = deliveries.some(({ target }) => isWanted(target)) ? [undefined] : [];
        return streams?.snapshots(name, { isWanted, waitMs: WAIT_MS, signal }).catch(() => unknown) ?? [];
      }),
    );
    const all = taken.flat();
    const snapshots = all.filter((one) => one !== undefined);
    const parts = snapshots.map((snapshot) => partOf(snapshot, location));
    const objects = parts.flatMap(({ objects: some }) => some);
    return {
      complete: streams !== undefined && all.length === snapshots.length && snapshots.every(({ complete }) => complete),
      keys: objects.map(({ name }) => name),
      landedKeys: parts.flatMap(({ landed }) => landed.map(({ name }) => name)),
      hides: (key) => isBelow(location, { ...location, key }) && snapshots.some((snapshot) => snapshot.hides(key)),
      files: async (keys, encodingSignal) => {
        const wanted = new Set(keys);
        refuseTooMuch(objects.filter(({ name }) => wanted.has(name)));
        const files: FreshFile[] = [];
        for (const { snapshot, objects: some } of parts) {
          const asked = some.filter(({ name }) => wanted.has(name));
          if (asked.length === 0) continue;
          for (const { name, path, fileBytes } of await snapshot.encode(asked, encodingSignal)) {
            files.push({ key: name, path, bytes: fileBytes });
          }
        }
        return files;
      },
      release: () => releaseAll(snapshots),
    };
  }
}

/** Files that cannot be removed now are removed when the delivery starts again: that fails no query. */
async function releaseAll(snapshots: readonly DeliverySnapshot[]): Promise<void> {
  await Promise.allSettled(snapshots.map((snapshot) => snapshot.release()));
}

/** What listings leave out counts for nothing before it has landed, either. */
function partOf(snapshot: DeliverySnapshot, location: Location) {
  const { prefix } = location;
  const isHere = ({ name, target }: Pick<PendingObject, "name" | "target">) =>
    isBelow(location, { bucket: String(target.options.bucket), key: name }) && !isHidden(name.slice(prefix.length));
  return { snapshot, objects: snapshot.objects.filter(isHere), landed: snapshot.unregistered.filter(isHere) };
}

function refuseTooMuch(objects: readonly PendingObject[]): void {
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0);
  if (bytes <= FRESH_BYTES_MAX && objects.length <= FRESH_OBJECTS_MAX) return;
  const message = `What has not landed yet is too much to be read now: ${objects.length} objects with ${bytes} bytes of records, of at most ${FRESH_OBJECTS_MAX} with ${FRESH_BYTES_MAX}. Ask without fresh rows, or name partitions in WHERE`;
  throw new QueryError("limit-exceeded", message);
}
