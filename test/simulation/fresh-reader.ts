import { gunzipSync } from "node:zlib";
import type { DeliverySnapshot } from "../../src/delivery/delivery.ts";
import type { ComponentSpec, DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import { reasonOf } from "../../src/model/errors.ts";
import type { Draw } from "./draw.ts";
import type { SentRecord } from "./ledger.ts";
import type { Life } from "./life.ts";
import type { Incarnation } from "./operator.ts";
import { BACKUP_BUCKET, FUNCTION_TYPE, PICKY_TYPE, PRIMARY_ID } from "./scenario.ts";
import type { World } from "./world.ts";

/** Somebody asks what there is, with what has not landed yet. */
const READS_PER_STEP = 0.25;

const WAIT_MS = 1_000;

/** Whoever asks a question gives up then. */
const PATIENCE_MS = 20_000;

/**
 * Counts what has landed and what has not, as queries do (rule H62): snapshots of all deliveries first, then the listing, at
 * last the records themselves, with as much time in between as chance wants. No record may be there twice; where
 * nothing drops or rejects records, none that was acknowledged before may be missing.
 */
export class FreshReader {
  readonly #world: World;
  readonly #draw: Draw;

  constructor(world: World, draw: Draw) {
    this.#world = world;
    this.#draw = draw;
  }

  /** Goes on by itself; what becomes of it in a process that dies is nobody's business. */
  mayRead(incarnations: ReadonlyMap<string, Incarnation>): void {
    const { service, life, scenario } = this.#world;
    if (!this.#draw.chance(READS_PER_STEP)) return;
    const stream = this.#draw.pick(scenario.streamNames as [string, ...string[]]);
    const uid = service?.get(stream)?.uid;
    const incarnation = uid === undefined ? undefined : incarnations.get(uid);
    if (incarnation === undefined || scenario.faults.sabotage !== undefined) return;
    this.#read(stream, incarnation, life).catch((error: unknown) => {
      if (!life.isAlive()) return;
      this.#world.count("fresh-failed");
      // A stream that goes takes its records along, and a disk may be full; a promise may not be broken.
      if (/Broken invariant/.test(reasonOf(error)))
        this.#world.ledger.fail(`fresh rows of ${stream}: ${reasonOf(error)}`);
    });
  }

  async #read(stream: string, incarnation: Incarnation, life: Life): Promise<void> {
    const { service, clock, ledger } = this.#world;
    if (service === undefined) return;
    const askedAt = ledger.tick();
    const patience = new AbortController();
    void clock.sleep(PATIENCE_MS).then(() => patience.abort(new Error("the reader has given up")));
    const { signal } = patience;
    const taken = await service.snapshots(stream, { isWanted: isObjects, waitMs: WAIT_MS, signal });
    const snapshots = taken.filter((one) => one !== undefined);
    try {
      await this.#pause();
      const landed = await this.#landed(snapshots);
      await this.#pause();
      const fresh = await this.#fresh(snapshots, signal);
      if (!life.isAlive()) return;
      this.#world.count("fresh-read");
      const all = [...landed, ...fresh];
      this.#checkOnce(all.filter(({ bucket }) => bucket === BACKUP_BUCKET));
      const primary = all.filter(({ bucket }) => bucket !== BACKUP_BUCKET);
      this.#checkOnce(primary);
      const isComplete = taken.length === snapshots.length && snapshots.every(({ complete }) => complete);
      if (isComplete && keepsAll(incarnation, service.get(stream)?.deliveries)) {
        this.#checkComplete(primary, incarnation, askedAt);
      }
    } finally {
      for (const snapshot of snapshots) await snapshot.release().catch(() => undefined);
    }
  }

  async #pause(): Promise<void> {
    if (this.#draw.chance(0.7)) await this.#world.clock.sleep(this.#draw.between(0, 4_000));
  }

  async #landed(snapshots: readonly DeliverySnapshot[]): Promise<readonly FoundRecord[]> {
    const objects = await this.#world.objects();
    return objects
      .filter(
        ({ bucket, key }) =>
          !this.#world.lake.strangers.has(`${bucket}/${key}`) &&
          !key.startsWith("err/") &&
          !snapshots.some((snapshot) => snapshot.hides(key)),
      )
      .flatMap(({ bucket, key, bytes }) => this.#recordsIn(bucket, key, bytes));
  }

  async #fresh(snapshots: readonly DeliverySnapshot[], signal: AbortSignal): Promise<readonly FoundRecord[]> {
    const found: FoundRecord[] = [];
    for (const snapshot of snapshots) {
      for (const { name, path, target } of await snapshot.encode(
        snapshot.objects.filter(({ target }) => isObjects(target)),
        signal,
      )) {
        const bytes = this.#world.disk.contentOf(path);
        found.push(...this.#recordsIn(String(target.options.bucket), name, bytes));
      }
    }
    return found;
  }

  #recordsIn(bucket: string, key: string, bytes: Buffer): FoundRecord[] {
    const text = (key.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
    return text.split("\n").flatMap((line) => {
      const record = this.#world.ledger.recordOf(line);
      return record === undefined ? [] : [{ bucket, key, record }];
    });
  }

  #checkOnce(found: readonly FoundRecord[]): void {
    const places = new Map<string, string>();
    for (const { key, record } of found) {
      const before = places.get(record.id);
      if (before !== undefined) {
        this.#world.ledger.fail(`a fresh reader finds ${record.id} of ${record.stream} twice, in ${before} and ${key}`);
      }
      places.set(record.id, key);
    }
  }

  #checkComplete(found: readonly FoundRecord[], { uid, name }: Incarnation, askedAt: number): void {
    this.#world.count("fresh-complete");
    const ids = new Set(found.map(({ record }) => record.id));
    for (const { id, uid: owner, acknowledgedAt = Number.POSITIVE_INFINITY } of this.#world.ledger.records.values()) {
      if (owner !== uid || acknowledgedAt > askedAt || ids.has(id)) continue;
      this.#world.ledger.fail(`a fresh reader misses ${id} of ${name}, which was acknowledged before it asked`);
    }
  }
}

function isObjects({ type }: ComponentSpec): boolean {
  return type === "object-store";
}

interface FoundRecord {
  readonly bucket: string;
  readonly key: string;
  readonly record: SentRecord;
}

/** Whether no version of the stream's first delivery ever drops or refuses a record. */
function keepsAll({ versions, forced }: Incarnation, present: readonly DeliveryDefinition[] | undefined): boolean {
  if (forced || present === undefined) return false;
  const all = [...[...versions.values()].flatMap(({ deliveries }) => deliveries), ...present];
  return all.every(({ id, processors, format, partition }) => {
    const isPlain = !processors.some(({ type }) => type === FUNCTION_TYPE) && format.type !== PICKY_TYPE;
    return id !== PRIMARY_ID || (isPlain && partition?.activeMax === undefined);
  });
}
