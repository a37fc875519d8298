import { createDelivery } from "../../src/delivery/create-delivery.ts";
import { objectStoreDestinationType } from "../../src/destinations/object-store/object-store-destination.ts";
import { EmbeddedLog } from "../../src/log/embedded/embedded-log.ts";
import type { DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import { FirstStarts } from "../../src/server/first-starts.ts";
import { ObjectLakeReader } from "../../src/sources/lake/lake-reader.ts";
import { ErrorRedriver } from "../../src/sources/redrive/error-redriver.ts";
import { invariant } from "../../src/std/assert.ts";
import type { Disk } from "../../src/std/disk.ts";
import { KeyRing } from "../../src/std/key-ring.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import { openDiskStore } from "../../src/storage/disk/disk-store.ts";
import { MemoryStore } from "../../src/storage/memory/memory-store.ts";
import type { ObjectStore } from "../../src/storage/object-store.ts";
import type { CreateDeliveryRequest, StreamDependencies } from "../../src/streams/dependencies.ts";
import { StreamIntake } from "../../src/streams/intake.ts";
import type { StreamSettings } from "../../src/streams/settings.ts";
import { StreamsService } from "../../src/streams/streams-service.ts";
import type { EventCatalogue } from "../../src/telemetry/events.ts";
import { PretendDisk } from "../fakes/pretend-disk.ts";
import { CatalogWitness } from "./catalog-witness.ts";
import { Draw } from "./draw.ts";
import { bytesOf, type LakeObject, LakeWatcher } from "./lake.ts";
import { Ledger } from "./ledger.ts";
import { diskOfLife, type Life } from "./life.ts";
import { Network } from "./network.ts";
import { RECORDS_TYPE, RecordTarget } from "./record-target.ts";
import { type Scenario, SORTER_TYPE } from "./scenario.ts";
import { SimulatedClock } from "./simulated-clock.ts";
import { sorter } from "./sorter.ts";
import { FunctionWitness } from "./whimsical-processor.ts";
import { formatOfWorld } from "./world-formats.ts";

const DATA = "/data";
const STREAMS = `${DATA}/meta/streams`;
const FOLDERS = {
  root: `${DATA}/buckets`,
  temporaryDirectory: `${DATA}/tmp`,
  metadataDirectory: `${DATA}/object-meta`,
};

const KEY_RING = new KeyRing(new Map([[1, Buffer.alloc(32, 0x5a)]]));

/** Time that a start may take before it counts as stuck. */
const START_MS_MAX = 600_000;

/**
 * One machine with one process at a time on it, a store in the distance, and the clock of them all. Everything between the
 * fakes is the real thing.
 */
export class World {
  readonly scenario: Scenario;
  readonly clock = new SimulatedClock();
  readonly ledger = new Ledger();
  readonly lake = new LakeWatcher(this.ledger);
  readonly disk: PretendDisk;
  readonly network: Network;
  readonly functions: FunctionWitness;
  readonly catalog: CatalogWitness;
  readonly target: RecordTarget;
  /** How often each thing has happened: what makes a seed interesting. */
  readonly counts = new Map<string, number>();
  /** Alarms of the present life. */
  alarms: string[] = [];
  service: StreamsService | undefined;
  strangerRate: number;
  crashRate = 0;
  readonly #draw: Draw;
  readonly #random;
  readonly #remote: MemoryStore;
  #life: Life | undefined;
  #lives = 0;
  #crashOrdered: "power" | "kill" | undefined;

  constructor(scenario: Scenario) {
    const { seed, faults, store } = scenario;
    this.scenario = scenario;
    this.strangerRate = faults.stranger;
    this.#draw = new Draw(seed, "world");
    this.#random = new Draw(seed, "process").random;
    this.disk = new PretendDisk(new Draw(seed, "disk").random);
    this.functions = new FunctionWitness(new Draw(seed, "functions"));
    this.catalog = new CatalogWitness(new Draw(seed, "catalog"), this.clock);
    this.target = new RecordTarget({
      draw: new Draw(seed, "target"),
      clock: this.clock,
      faultRate: faults.store,
      count: (what) => this.count(what),
      afterEffect: () => {
        if (this.#draw.chance(this.crashRate)) this.crash();
      },
    });
    this.#remote = new MemoryStore({
      clock: this.clock,
      capabilities: {
        conditionalPut: store.conditional,
        conditionalComplete: store.conditional,
        keepsMetadata: store.keepsMetadata,
      },
      ...(store.multipart ? { multipart: { putBytesMax: 600, partBytes: 250 } } : {}),
    });
    this.network = new Network({
      clock: this.clock,
      draw: new Draw(seed, "network"),
      faultRate: faults.store,
      onWritten: async (bucket, key) =>
        this.lake.look({ bucket, key, bytes: await bytesOf(this.#remote, bucket, key) }),
      beforeWrite: (bucket, key) => this.#letStrangerWrite(bucket, key),
      afterEffect: () => {
        if (this.#draw.chance(this.crashRate)) this.crash();
      },
    });
    this.#slowSyncs();
  }

  get alive(): boolean {
    return this.#life?.isAlive() === true;
  }

  /** The life that runs now. */
  get life(): Life {
    invariant(this.#life !== undefined, "the world has been started");
    return this.#life;
  }

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** A process begins. Resolves once it serves, or is dead again; rejects with what its start failed with. */
  async start(): Promise<void> {
    const number = ++this.#lives;
    const life: Life = { number, isAlive: () => this.#isAlive(number) };
    this.#life = life;
    this.service = undefined;
    this.alarms = [];
    const opening = this.#open(life).then(
      (service) => {
        if (life.isAlive()) this.service = service;
      },
      (error: unknown) => ({ error }),
    );
    const failed = await this.until(opening, START_MS_MAX);
    if (failed && life.isAlive()) throw failed.error;
  }

  hasComplained(about: RegExp): boolean {
    return this.alarms.some((alarm) => about.test(alarm));
  }

  /** Ends the process at once, losing what the chosen way of dying loses. */
  crash(how: "power" | "kill" = this.drawDeath()): void {
    if (!this.alive) return;
    this.#crashOrdered = undefined;
    if (how === "power") this.disk.powerLoss();
    else this.disk.processKill();
    this.#die(how);
  }

  #die(how: "power" | "kill"): void {
    this.count(`crash-${how}`);
    this.powerLost ||= how === "power";
    this.#lives++;
  }

  /** Since the lake was last looked at as a whole. */
  powerLost = false;

  drawDeath(): "power" | "kill" {
    return this.#draw.chance(this.scenario.faults.powerShare) ? "power" : "kill";
  }

  /** The process dies in the middle of a disk operation, `operations` from now. */
  orderCrash(operations: number): void {
    if (this.#crashOrdered !== undefined) return;
    const how = this.drawDeath();
    this.disk.crashAt(this.disk.faults.count + operations, how);
    this.#crashOrdered = how;
  }

  /** Lets time pass until `work` is done or the process is dead; `undefined` then, or when the time is over. */
  async until<T>(work: Promise<T>, msMax: number): Promise<T | undefined> {
    let settled: { value: T } | { error: unknown } | undefined;
    work.then(
      (value) => {
        settled = { value };
      },
      (error: unknown) => {
        settled = { error };
      },
    );
    const deadline = this.clock.monotonic() + msMax;
    await this.clock.advance(0);
    while (settled === undefined && this.alive && this.clock.monotonic() < deadline) await this.clock.advance(50);
    if (settled && "error" in settled) throw settled.error;
    return settled?.value;
  }

  /** All objects as readers see them, without network between. */
  async objects(): Promise<LakeObject[]> {
    if (this.scenario.store.kind === "memory") return this.lake.objectsOf(this.#remote);
    return this.disk.pathsBelow(FOLDERS.root).map((path) => {
      const name = path.slice(FOLDERS.root.length + 1);
      const bucket = name.slice(0, name.indexOf("/"));
      return { bucket, key: name.slice(bucket.length + 1), bytes: this.disk.contentOf(path) };
    });
  }

  /** A sound disk with room, a store that answers, nobody who interferes. What went wrong before stays wrong. */
  heal(): void {
    if (this.#crashOrdered !== undefined && this.disk.crashPending) {
      this.#crashOrdered = undefined;
      this.disk.heal();
      this.#slowSyncs();
    }
    this.healDisk();
    this.crashRate = 0;
    this.strangerRate = 0;
    this.network.heal();
    this.target.heal();
  }

  healDisk(): void {
    this.disk.capacityBytes = Number.POSITIVE_INFINITY;
    this.disk.faults.clear();
    this.#slowSyncs();
  }

  async removeStrangers(): Promise<void> {
    for (const name of this.lake.strangers.keys()) {
      const bucket = name.slice(0, name.indexOf("/"));
      const key = name.slice(bucket.length + 1);
      await this.#remote.delete(bucket, key);
      this.lake.forget(bucket, key);
    }
    this.lake.strangers.clear();
  }

  #isAlive(number: number): boolean {
    const ordered = this.#crashOrdered;
    if (ordered !== undefined && !this.disk.crashPending) {
      this.#crashOrdered = undefined;
      this.#die(ordered);
    }
    return number === this.#lives;
  }

  async #open(life: Life): Promise<StreamsService> {
    const disk = diskOfLife(life, this.disk.process());
    const store = await this.#storeOf(life, disk);
    const firstStarts = new FirstStarts(disk, `${DATA}/meta/started`);
    let running = false;
    const dependencies = this.#dependencies(life, disk, store, firstStarts, () => running);
    const service = await StreamsService.open(dependencies);
    running = true;
    return service;
  }

  async #storeOf(life: Life, disk: Disk): Promise<ObjectStore> {
    if (this.scenario.store.kind === "disk") return openDiskStore({ disk, ...FOLDERS });
    return this.network.storeOf(life, this.#remote);
  }

  #dependencies(
    life: Life,
    disk: Disk,
    store: ObjectStore,
    firstStarts: FirstStarts,
    running: () => boolean,
  ): StreamDependencies {
    const clock = this.clock.forProcess(() => life.isAlive());
    const telemetry = this.#telemetry(life);
    const shared = { disk, clock, random: this.#random, telemetry };
    const { segmentBytes, budgetBytes, journalBytesMax, stagingSegmentBytes } = this.scenario;
    return {
      ...shared,
      dataDirectory: DATA,
      budgetBytes,
      streamsMax: 10,
      createRedriver: (request) => new ErrorRedriver({ ...shared, ...request, storeFor: () => store }),
      createLakeReader: (request) => new ObjectLakeReader({ ...shared, ...request, storeFor: () => store }),
      translate: ({ declared }, settings) => translate(declared.deliveries as never, settings),
      createIntake: (request) => new StreamIntake({ ...request, clock, telemetry, failStop: () => this.crash("kill") }),
      openLog: ({ document, directory, encrypted }) =>
        EmbeddedLog.open({
          ...shared,
          directory,
          label: document.name,
          streamUid: document.uid,
          encrypted,
          keyRing: KEY_RING,
          segmentBytes,
        }),
      createDelivery: (request) =>
        firstStarts.watch(request, running(), (isNew) =>
          createDelivery({
            ...shared,
            stream: { ...request.document, region: "us-east-1" },
            ...deliveryPart(request),
            get isNew() {
              return isNew();
            },
            components: {
              format: (type) => formatOfWorld(type),
              processor: ({ type, options }) =>
                type === SORTER_TYPE ? sorter() : this.functions.processor(options, life),
              schemaLearned: () => this.count("schema-learned"),
              register: (objects) => this.catalog.register(objects, life),
              destination: ({ type, options }, owner) =>
                type === RECORDS_TYPE
                  ? this.target.destination(owner, life)
                  : objectStoreDestinationType.create(options, { storeFor: () => store, ...shared }),
            },
            limits: {
              heldBytesMax: 64 * 1024,
              nativeBytesMax: 1e9,
              replayBytesMax: () => budgetBytes / 2,
              stagingSegmentBytes,
              ...(journalBytesMax === undefined ? {} : { journalBytesMax }),
            },
            keyRing: KEY_RING,
            encrypted: () =>
              (this.service?.get(request.document.name) ?? request.document).encryption.status === "ENABLED",
          }),
        ),
    };
  }

  #telemetry(life: Life) {
    return {
      emit: <Name extends keyof EventCatalogue>(name: Name, fields: EventCatalogue[Name]) => {
        if (life.isAlive()) this.#note(name, fields as Record<string, unknown>);
      },
    };
  }

  #note(name: string, fields: Record<string, unknown>): void {
    this.count(name);
    if (name === "delivery.recordsRejected") this.count(`rejected-${fields.errorType}`);
    if (/LimitExceeded/.test(String(fields.code))) this.count("rejected-by-limit");
    if (name === "delivery.parcelDelivered" && fields.adopted === true) this.count("adopted");
    if (name === "log.segmentOpened" && fields.recycled === true) this.count("recycled");
    const text = `${name} ${JSON.stringify(fields)}`;
    if (name === "delivery.alarmed" || name === "stream.warned") this.alarms.push(text);
    if (/Broken invariant/.test(text)) this.ledger.fail(text);
    this.onEvent?.(text);
  }

  /** For a person who looks at one seed. */
  onEvent: ((text: string) => void) | undefined;

  /** Syncs take time, and between an object's becoming visible and its becoming durable a process may die. */
  #slowSyncs(): void {
    const { syncMsMax } = this.scenario;
    this.disk.faults.before = async ({ name, path }) => {
      if (name === "rename" && path.endsWith("/journal/current.tmp")) this.count("journal-named");
      if (name !== "datasync" && name !== "syncDirectory") return;
      if (syncMsMax > 0 && this.#draw.chance(0.5)) await this.clock.sleep(this.#draw.between(1, syncMsMax));
      if (name === "syncDirectory" && path.startsWith(FOLDERS.root) && this.#draw.chance(this.crashRate)) this.crash();
      // What a version of a stream has become visible by is not durable yet: the moment to die.
      if (name === "syncDirectory" && path === STREAMS && this.#draw.chance(2 * this.crashRate)) this.crash("kill");
    };
  }

  async #letStrangerWrite(bucket: string, key: string): Promise<void> {
    if (!this.#draw.chance(this.strangerRate)) return;
    if ((await this.#remote.head(bucket, key)) !== undefined) return;
    const bytes = Buffer.from(`not yours: ${key}`);
    this.lake.strangers.set(`${bucket}/${key}`, bytes);
    this.count("stranger");
    const stranger = {
      bucket,
      key,
      body: bytesBody(bytes),
      onlyIfAbsent: true,
      contentType: "text/plain",
      metadata: {},
    };
    await this.#remote.put(stranger);
    this.lake.look({ bucket, key, bytes });
  }
}

function translate(deliveries: readonly DeliveryDefinition[], settings: StreamSettings): DeliveryDefinition[] {
  const records = settings["roll-records"];
  return deliveries.map((one) => (records === undefined ? one : { ...one, roll: { ...one.roll, records } }));
}

function deliveryPart({ definition, document, log, directory, startAt }: CreateDeliveryRequest) {
  return { definition, versionId: document.versionId, reader: log, directory, startAt };
}
