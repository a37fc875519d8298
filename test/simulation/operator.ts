import type { DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import type { JsonObject } from "../../src/std/json.ts";
import type { StreamDocument } from "../../src/streams/streams.ts";
import type { Draw } from "./draw.ts";
import { seenBy } from "./life.ts";
import { BACKUP_ID, changeOneSetting, drawDeliveries, PRIMARY_ID } from "./scenario.ts";
import type { World } from "./world.ts";

/** What is known from outside of one incarnation of a stream. */
export interface Incarnation {
  readonly name: string;
  readonly uid: string;
  /** Deliveries of each version that ever was in force, and since when producers could know it. */
  readonly versions: Map<string, { readonly deliveries: readonly DeliveryDefinition[]; inForceAt: number }>;
  readonly members: Map<string, Membership>;
  /** Deleted without waiting for what was left. */
  forced: boolean;
  gone: boolean;
}

/** When a delivery joined and left, as ticks of the ledger: asked for, and known to be done. */
export interface Membership {
  readonly joinAskedAt: number;
  readonly joinedAt: number;
  leaveAskedAt: number;
}

/** Whoever owns the streams: makes, changes, flushes and deletes them at any moment. */
export class Operator {
  readonly incarnations = new Map<string, Incarnation>();
  readonly #world: World;
  readonly #draw: Draw;
  readonly #busy = new Set<string>();
  /** Tick at which the newest change of a stream was asked for. */
  readonly #askedAt = new Map<string, number>();
  readonly #deleting = new Set<string>();

  constructor(world: World, draw: Draw) {
    this.#world = world;
    this.#draw = draw;
  }

  create(name: string, deliveries?: readonly DeliveryDefinition[]): void {
    const { recordsPerSecond: rate } = this.#world.scenario;
    const declared = deliveries ?? drawDeliveries(this.#draw, this.#world.scenario, this.#draw.chance(0.3));
    this.#do(name, (service) =>
      service.create({
        name,
        arn: `arn:aws:firehose:us-east-1:000000000000:deliverystream/${name}`,
        type: "DirectPut",
        declared: { deliveries: declared as unknown as JsonObject[] },
        extensions: {},
        tags: new Map(rate === undefined ? [] : [["lakehose:rate-records", String(rate)]]),
        encryption: { status: "DISABLED", toggledAt: [] },
      }),
    );
  }

  /** New prefixes, buckets, compression, limits, functions; a backup may join, or leave for good. */
  update(name: string): void {
    if (this.#draw.chance(0.4)) {
      this.#change(name);
      return;
    }
    const known = this.#current(name);
    const backup = known?.members.get(BACKUP_ID);
    const left = backup !== undefined && backup.leaveAskedAt < Number.POSITIVE_INFINITY;
    const withBackup = !left && this.#draw.chance(backup ? 0.8 : 0.3);
    const deliveries = drawDeliveries(this.#draw, this.#world.scenario, withBackup);
    const askedAt = this.#world.ledger.tick();
    if (known && backup && !withBackup) backup.leaveAskedAt = Math.min(backup.leaveAskedAt, askedAt);
    this.#do(name, (service) =>
      service.update(name, undefined, () => ({ declared: { deliveries: deliveries as unknown as JsonObject[] } })),
    );
  }

  #change(name: string): void {
    const declared = this.#world.service?.get(name)?.declared.deliveries as readonly DeliveryDefinition[] | undefined;
    if (declared === undefined) return;
    const deliveries = changeOneSetting(this.#draw, this.#world.scenario, declared);
    this.#world.count("setting-changed");
    this.#do(name, (service) =>
      service.update(name, undefined, () => ({ declared: { deliveries: deliveries as unknown as JsonObject[] } })),
    );
  }

  /** A setting in a tag: rolls change at once. */
  tag(name: string): void {
    const records = String(this.#draw.between(1, 9));
    this.#do(name, (service) => service.setTags(name, (tags) => new Map(tags).set("lakehose:roll-records", records)));
  }

  /** Encryption at rest goes on, or off. */
  encrypt(name: string): void {
    this.#world.count("encrypted");
    this.#do(name, (service) =>
      service.setEncryption(name, ({ encryption }) => ({
        ...encryption,
        status: encryption.status === "ENABLED" ? "DISABLED" : "ENABLED",
      })),
    );
  }

  flush(name: string): void {
    const { service, life } = this.#world;
    if (service === undefined) return;
    const signal = this.#draw.chance(0.3) ? this.#impatience() : new AbortController().signal;
    this.#world.count("flush");
    seenBy(life, () => service.flush(name, signal)).catch(() => undefined);
  }

  delete(name: string, force: boolean): void {
    const known = this.#current(name);
    if (known === undefined) return;
    if (force) known.forced = true;
    this.#world.count(force ? "deleted-by-force" : "deleted");
    this.#deleting.add(name);
    this.#do(name, (service) => service.delete(name, { force }));
  }

  /** Looks at what is there: versions that a crash left in force, streams that are gone. */
  observe(): void {
    const { service } = this.#world;
    if (service === undefined || !this.#world.alive) return;
    const there = new Map(service.list().map((document) => [document.uid, document]));
    for (const document of there.values()) this.#note(document);
    for (const known of this.incarnations.values()) {
      if (known.gone || there.has(known.uid)) continue;
      known.gone = true;
      if (!this.#deleting.has(known.name)) this.#world.ledger.fail(`stream ${known.name} (${known.uid}) has vanished`);
    }
  }

  #note(document: StreamDocument): void {
    const { ledger } = this.#world;
    const { name, uid, versionId, deliveries } = document;
    let known = this.incarnations.get(uid);
    if (known === undefined) {
      known = { name, uid, versions: new Map(), members: new Map(), forced: false, gone: false };
      this.incarnations.set(uid, known);
      this.#deleting.delete(name);
    }
    if (!known.versions.has(versionId))
      known.versions.set(versionId, { deliveries, inForceAt: Number.POSITIVE_INFINITY });
    const version = known.versions.get(versionId);
    if (version && !this.#busy.has(name)) version.inForceAt = Math.min(version.inForceAt, ledger.tick());
    const first = known.versions.size === 1;
    for (const { id } of deliveries) {
      if (known.members.has(id)) continue;
      const joinAskedAt = first ? 0 : (this.#askedAt.get(name) ?? 0);
      known.members.set(id, {
        joinAskedAt,
        joinedAt: first ? 0 : ledger.tick(),
        leaveAskedAt: Number.POSITIVE_INFINITY,
      });
    }
  }

  #current(name: string): Incarnation | undefined {
    const uid = this.#world.service?.get(name)?.uid;
    return uid === undefined ? undefined : this.incarnations.get(uid);
  }

  /** One change of a stream at a time; what becomes of it is seen in the stream's document. */
  #do(name: string, change: (service: NonNullable<World["service"]>) => Promise<unknown>): void {
    const { service, life, ledger } = this.#world;
    if (service === undefined || !this.#world.alive || this.#busy.has(name)) return;
    this.#busy.add(name);
    this.#askedAt.set(name, ledger.tick());
    seenBy(life, () => change(service)).then(
      () => this.#done(name),
      () => {
        this.#world.count("change-refused");
        this.#done(name);
      },
    );
  }

  /** With a process die the changes under way; their callers never hear of them. */
  onDeath(): void {
    this.#busy.clear();
  }

  #done(name: string): void {
    this.#busy.delete(name);
    this.observe();
  }

  #impatience(): AbortSignal {
    const abort = new AbortController();
    void this.#world.clock.sleep(this.#draw.between(10, 5_000)).then(() => abort.abort(new Error("Too slow")));
    return abort.signal;
  }
}

export { PRIMARY_ID };
