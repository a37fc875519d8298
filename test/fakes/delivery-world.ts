import assert from "node:assert/strict";
import { createDelivery } from "../../src/delivery/create-delivery.ts";
import type { Delivery } from "../../src/delivery/delivery.ts";
import type { DeliveryOptions } from "../../src/delivery/delivery-options.ts";
import { objectStoreDestinationType } from "../../src/destinations/object-store/object-store-destination.ts";
import type { Format } from "../../src/formats/format.ts";
import { formatOf } from "../../src/formats/registry.ts";
import { EmbeddedLog } from "../../src/log/embedded/embedded-log.ts";
import type { DeliveryDefinition, RollPolicy } from "../../src/model/delivery-definition.ts";
import { packRecords } from "../../src/model/records.ts";
import type { Processor } from "../../src/processors/processor.ts";
import { invariant } from "../../src/std/assert.ts";
import { seededRandom } from "../../src/std/random.ts";
import { MemoryStore } from "../../src/storage/memory/memory-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import type { EventCatalogue } from "../../src/telemetry/events.ts";
import { PretendClock } from "./pretend-clock.ts";
import { PretendDisk } from "./pretend-disk.ts";
import type { ScriptedTarget } from "./scripted-target.ts";

const BUCKET = "lake";
const STREAM_ARN = "arn:aws:firehose:us-east-1:000000000000:deliverystream/s";
const STREAM_UID = "0123456789abcdef0123456789abcdef";

export interface DeliveryWorldOptions {
  readonly seed?: number;
  readonly definition?: Partial<DeliveryDefinition>;
  readonly roll?: RollPolicy;
  readonly processors?: Readonly<Record<string, () => Processor>>;
  /** Formats that only tests have; all others are those of the registry. */
  readonly formats?: Readonly<Record<string, Format>>;
  readonly schemaLearned?: DeliveryOptions["components"]["schemaLearned"];
  /** The catalog; it hears nothing from a dead process. */
  readonly register?: NonNullable<DeliveryOptions["components"]["register"]>;
  readonly replayBytesMax?: number;
  readonly nativeBytesMax?: number;
  readonly stagingSegmentBytes?: number;
  /** Of another stream, or another incarnation of this one. */
  readonly streamUid?: string;
  /** Shared with another world. */
  readonly store?: MemoryStore;
  /** Takes the records of definitions whose target is `scripted`. */
  readonly target?: ScriptedTarget;
  /** Stands between the delivery and the store of one life. */
  readonly wrapStore?: (store: ObjectStore) => ObjectStore;
}

/** One stream with one delivery on a pretend disk and clock, a store that survives every crash, and an oracle outside. */
export class DeliveryWorld {
  readonly disk: PretendDisk;
  readonly clock = new PretendClock();
  readonly store: MemoryStore;
  readonly events: { readonly name: keyof EventCatalogue; readonly fields: Record<string, unknown> }[] = [];
  /** What producers were told yes for. */
  readonly acknowledged: string[] = [];
  definition: DeliveryDefinition;
  versionId = "1";
  isPaused = false;
  #life = 0;
  readonly #options: DeliveryWorldOptions;
  readonly #random;
  #log: EmbeddedLog | undefined;
  #delivery: Delivery | undefined;
  #made = false;

  constructor(options: DeliveryWorldOptions = {}) {
    const seed = options.seed ?? 1;
    this.#options = options;
    this.#random = seededRandom(seed);
    this.disk = new PretendDisk(seededRandom(seed + 7));
    this.store = options.store ?? new MemoryStore({ clock: this.clock });
    this.definition = {
      id: "destinationId-000000000001",
      kind: "primary",
      processors: [],
      format: { type: "raw", options: { delimiter: "\n" } },
      compression: { type: "none" },
      naming: { timeZone: "UTC" },
      target: { type: "object-store", options: { bucket: BUCKET } },
      roll: options.roll ?? { ageMs: 60_000 },
      ...options.definition,
    };
  }

  get #streamUid(): string {
    return this.#options.streamUid ?? STREAM_UID;
  }

  get log(): EmbeddedLog {
    invariant(this.#log !== undefined, "the world is started");
    return this.#log;
  }

  get delivery(): Delivery {
    invariant(this.#delivery !== undefined, "the world is started");
    return this.#delivery;
  }

  async start(): Promise<void> {
    const life = ++this.#life;
    await this.store.ensureBucket(BUCKET);
    const disk = this.disk.process();
    const shared = {
      disk,
      clock: this.clock,
      random: this.#random,
      telemetry: this.#telemetry(),
      encrypted: () => false,
    };
    this.#log = await EmbeddedLog.open({
      ...shared,
      directory: "/data/log",
      label: "s",
      streamUid: this.#streamUid,
      segmentBytes: 64 * 1024,
    });
    const [partition] = this.#log.partitions();
    invariant(partition !== undefined, "an embedded log has one partition");
    this.#delivery = createDelivery({
      ...shared,
      stream: { name: "s", uid: this.#streamUid, arn: STREAM_ARN, region: "us-east-1" },
      definition: this.definition,
      versionId: this.versionId,
      reader: partition,
      directory: "/data/deliveries/d",
      startAt: 0,
      isPaused: () => this.isPaused,
      isNew: !this.#made,
      components: this.#components(life),
      limits: {
        heldBytesMax: 1024 * 1024,
        nativeBytesMax: this.#options.nativeBytesMax ?? 1e9,
        replayBytesMax: () => this.#options.replayBytesMax ?? 1024 * 1024 * 1024,
        ...(this.#options.stagingSegmentBytes === undefined
          ? {}
          : { stagingSegmentBytes: this.#options.stagingSegmentBytes }),
      },
    });
    await this.#delivery.start();
    this.#made = true;
  }

  /** Appends records as one call; they count as acknowledged once this resolves. */
  async put(...records: readonly string[]): Promise<void> {
    await this.putInto(this.log, ...records);
  }

  async putInto(log: EmbeddedLog, ...records: readonly string[]): Promise<void> {
    await log.append({ records: packRecords(records.map((record) => Buffer.from(record))) });
    this.acknowledged.push(...records);
  }

  /** Lets time pass until the work is done. */
  async until<T>(work: Promise<T>, stepMs = 200): Promise<T> {
    let done = false;
    const watched = work.finally(() => {
      done = true;
    });
    watched.catch(() => undefined);
    for (let step = 0; !done && step < 2_000; step++) await this.clock.advance(stepMs);
    assert.ok(done, "the work ends");
    return watched;
  }

  flush(): Promise<void> {
    return this.until(this.delivery.flush(new AbortController().signal));
  }

  async stop(): Promise<void> {
    await this.until(this.delivery.stop());
    await this.log.close();
  }

  crash(how: "power" | "kill"): void {
    this.#life++;
    if (how === "power") this.disk.powerLoss();
    else this.disk.processKill();
  }

  async objects(prefix = "", bucket = BUCKET): Promise<Map<string, string>> {
    const objects = new Map<string, string>();
    for await (const { key } of this.store.list(bucket, { prefix })) {
      const chunks: Buffer[] = [];
      for await (const chunk of await this.store.get(bucket, key)) chunks.push(chunk);
      objects.set(key, Buffer.concat(chunks).toString());
    }
    return objects;
  }

  /** Every line of every data object, sorted. */
  async delivered(): Promise<string[]> {
    const objects = await this.objects();
    return [...objects.values()].flatMap((text) => (text === "" ? [] : text.split("\n"))).sort();
  }

  #components(life: number): DeliveryOptions["components"] {
    return {
      format: (type) => this.#options.formats?.[type] ?? formatOf(type),
      ...(this.#options.schemaLearned ? { schemaLearned: this.#options.schemaLearned } : {}),
      ...(this.#options.register ? { register: this.#registerOfLife(this.#options.register, life) } : {}),
      processor: ({ type }) => {
        const create = this.#options.processors?.[type];
        invariant(create !== undefined, `the test brings processor ${type}`);
        return create();
      },
      destination: ({ type, options }, owner) => {
        if (type === "scripted" && this.#options.target) {
          return this.#options.target.destination(options, owner, () => life === this.#life);
        }
        return objectStoreDestinationType.create(options, {
          storeFor: () => this.#storeOfLife(life),
          telemetry: this.#telemetry(),
          clock: this.clock,
          random: this.#random,
        });
      },
      connectionOptions: (type) => (type === "scripted" ? ["endpoint"] : []),
    };
  }

  #registerOfLife(register: NonNullable<DeliveryWorldOptions["register"]>, life: number): typeof register {
    return (objects, stream) => {
      return life === this.#life ? register(objects, stream) : Promise.reject(new Error("this process is dead"));
    };
  }

  /** A dead process sends nothing any more. */
  #storeOfLife(life: number): ObjectStore {
    const alive = new Proxy(this.store, {
      get: (store, name) => {
        const member: unknown = Reflect.get(store, name, store);
        if (typeof member !== "function") return member;
        return (...parameters: unknown[]) => {
          if (life !== this.#life) return Promise.reject(new Error("this process is dead"));
          return Reflect.apply(member, store, parameters);
        };
      },
    });
    return this.#options.wrapStore?.(alive) ?? alive;
  }

  #telemetry() {
    return {
      emit: <Name extends keyof EventCatalogue>(name: Name, fields: EventCatalogue[Name]) => {
        this.events.push({ name, fields: { ...fields } });
      },
    };
  }
}
