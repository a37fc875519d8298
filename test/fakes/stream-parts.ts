import type { Delivery, DeliverySnapshot, DeliveryStatus } from "../../src/delivery/delivery.ts";
import type { Appended, AppendRequest, Log, LogPartition } from "../../src/log/log.ts";
import type { ComponentSpec, DeliveryDefinition } from "../../src/model/delivery-definition.ts";
import { LakehoseError } from "../../src/model/errors.ts";
import { recordCount } from "../../src/model/records.ts";
import type { CreateRedriverRequest, Redriver } from "../../src/sources/source.ts";
import type { Clock } from "../../src/std/clock.ts";
import { seededRandom } from "../../src/std/random.ts";
import type {
  CreateDeliveryRequest,
  CreateIntakeRequest,
  OpenLogRequest,
  StreamDependencies,
} from "../../src/streams/dependencies.ts";
import type { Intake, IntakeAnswer } from "../../src/streams/streams.ts";
import type { EventCatalogue } from "../../src/telemetry/events.ts";
import { PretendDisk } from "./pretend-disk.ts";

/** Logs and deliveries in memory that survive a restart of the service and record what was asked of them. */
export class StreamParts {
  readonly disk = new PretendDisk();
  readonly clock = new SteppedClock();
  readonly logs = new Map<string, FakeLog>();
  readonly deliveries: FakeDelivery[] = [];
  readonly redriverRequests: CreateRedriverRequest[] = [];
  readonly events: { name: string; fields: Record<string, unknown> }[] = [];
  /** What the next log or delivery that is opened fails with. */
  logFailure: Error | undefined;
  startFailure: Error | undefined;

  dependencies(overrides: Partial<StreamDependencies> = {}): StreamDependencies {
    return {
      clock: this.clock,
      disk: this.disk.process(),
      random: seededRandom(7),
      telemetry: {
        emit: (name: keyof EventCatalogue, fields: object) => {
          this.events.push({ name, fields: { ...fields } });
        },
      },
      dataDirectory: "/data",
      openLog: async (request) => this.#openLog(request),
      createDelivery: (request) => this.#createDelivery(request),
      createIntake: (request) => fakeIntake(request),
      createRedriver: (request) => this.#createRedriver(request),
      createLakeReader: () => ({
        run: async () => undefined,
        status: () => ({ objects: 0, records: 0, problems: [] }),
      }),
      translate: () => [definition("destinationId-000000000001")],
      budgetBytes: 1_000_000,
      streamsMax: 100,
      ...overrides,
    };
  }

  /** The newest delivery object with this id. */
  delivery(id = "destinationId-000000000001"): FakeDelivery {
    const found = this.deliveries.findLast((delivery) => delivery.id === id);
    if (found === undefined) throw new Error(`No delivery ${id} was made`);
    return found;
  }

  warnings(): unknown[] {
    return this.events.filter(({ name }) => name === "stream.warned").map(({ fields }) => fields.code);
  }

  async #openLog(request: OpenLogRequest): Promise<Log> {
    if (this.logFailure !== undefined) throw this.logFailure;
    await request.document;
    const log = this.logs.get(request.directory) ?? new FakeLog();
    this.logs.set(request.directory, log);
    log.encrypted = request.encrypted;
    return log;
  }

  #createRedriver(request: CreateRedriverRequest): Redriver {
    this.redriverRequests.push(request);
    return {
      open: async () => undefined,
      start: async () => {
        throw new LakehoseError("redrive-under-way", `A redrive of ${request.deliveryId} is under way`);
      },
      cancel: async () => {
        throw new LakehoseError("no-such-redrive", `There is no redrive of ${request.deliveryId}`);
      },
      sample: async () => ({ objects: 0, bytes: 0, objectsRead: 0, kinds: [], records: [], problems: [] }),
      jobs: () => [],
      stop: async () => undefined,
    };
  }

  #createDelivery(request: CreateDeliveryRequest): Delivery {
    const delivery = new FakeDelivery(request, this.startFailure);
    this.deliveries.push(delivery);
    return delivery;
  }
}

export function definition(id: string, prefix?: string): DeliveryDefinition {
  return {
    id,
    kind: id.endsWith("-backup") ? "backup" : "primary",
    processors: [],
    format: { type: "raw", options: {} },
    compression: { type: "none" },
    naming: { timeZone: "UTC", ...(prefix === undefined ? {} : { prefix }) },
    target: { type: "object-store", options: { bucket: "lake" } },
    roll: {},
  };
}

export class FakeLog implements Log {
  readonly incarnation = "00".repeat(16);
  end = 0;
  released = 0;
  readonly sourcePositions = new Map<string, Uint8Array>();
  readonly messages = new Set<string>();
  leases: number[] = [];
  encrypted: () => boolean = () => false;
  /** Held appends resolve when this does. */
  gate: Promise<void> = Promise.resolve();

  partitions(): readonly LogPartition[] {
    const log = this;
    return [
      {
        partition: 0,
        incarnation: log.incarnation,
        start: 0,
        get end() {
          return log.end;
        },
        read: async () => [],
        recycle: () => undefined,
        waitBeyond: async () => undefined,
        bytesFrom: () => 0,
        offsetAtTime: async () => 0,
        lease: (offset) => {
          log.leases.push(offset);
          return { advance: () => undefined, release: () => log.leases.splice(log.leases.indexOf(offset), 1) };
        },
        release: async (offset) => {
          log.released = offset;
        },
      },
    ];
  }

  async append(request: AppendRequest): Promise<Appended> {
    await this.gate;
    const firstOffset = this.end;
    this.end += recordCount(request.records);
    for (const digest of request.messages ?? []) this.messages.add(digest.toString("hex"));
    if (request.source !== undefined) this.sourcePositions.set(request.source.id, request.source.position);
    return { partition: 0, firstOffset, arrivalMs: 0 };
  }

  recall(): undefined {
    return undefined;
  }

  sourcePosition(sourceId: string): Uint8Array | undefined {
    return this.sourcePositions.get(sourceId);
  }

  holdsMessage(digest: Buffer): boolean {
    return this.messages.has(digest.toString("hex"));
  }

  usage() {
    return { bytes: this.end * 100, start: 0, end: this.end, pendingAppends: 0 };
  }

  timesClosed = 0;

  async close(): Promise<void> {
    this.timesClosed++;
    await this.gate;
  }
}

export class FakeDelivery implements Delivery {
  readonly id: string;
  readonly startAt: number;
  readonly plans: { version: string; definition: DeliveryDefinition }[] = [];
  readonly #request: CreateDeliveryRequest;
  readonly #startFailure: Error | undefined;
  state: DeliveryStatus["state"] = "stopped";
  delivered = 0;
  readonly openNames = new Set<string>();
  /** A flush of a stuck delivery waits for its signal. */
  stuck = false;
  flushFailure: Error | undefined;

  constructor(request: CreateDeliveryRequest, startFailure: Error | undefined) {
    this.#request = request;
    this.#startFailure = startFailure;
    this.id = request.definition.id;
    this.startAt = request.startAt;
    this.delivered = request.startAt;
    this.plans.push({ version: request.document.versionId, definition: request.definition });
  }

  get hold(): number {
    return this.delivered;
  }

  async start(): Promise<void> {
    if (this.#startFailure !== undefined) throw this.#startFailure;
    this.state = "running";
  }

  async apply(newest: DeliveryDefinition, version: string): Promise<void> {
    this.plans.push({ version, definition: newest });
  }

  async flush(signal: AbortSignal): Promise<void> {
    if (this.flushFailure !== undefined) throw this.flushFailure;
    if (this.stuck) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    this.delivered = this.#request.log.end;
  }

  /** What `snapshot` answers. */
  pending: DeliverySnapshot | undefined;

  async snapshot(): Promise<DeliverySnapshot | undefined> {
    return this.pending;
  }

  targets(): readonly ComponentSpec[] {
    return this.plans.map(({ definition }) => definition.target);
  }

  async stop(): Promise<void> {
    this.state = "stopped";
  }

  isOpen(objectName: string): boolean {
    return this.openNames.has(objectName);
  }

  status(): DeliveryStatus {
    const { end } = this.#request.log;
    const pending = end - this.delivered;
    const counters = { read: end, delivered: this.delivered, errored: 0, dropped: 0, pending };
    const { kind } = this.#request.definition;
    const open = { openAccumulators: 0, openParcels: 0, spilledBytes: 7 };
    return { id: this.id, kind, state: this.state, read: end, hold: this.hold, ...open, counters };
  }
}

/** Time that stands still until a test moves it. */
export class SteppedClock implements Clock {
  #nowMs = 1_700_000_000_000;
  readonly #sleepers = new Set<{ due: number; wake: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  monotonic(): number {
    return this.#nowMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper = { due: this.#nowMs + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  async advance(ms: number): Promise<void> {
    this.#nowMs += ms;
    for (const sleeper of [...this.#sleepers]) {
      if (sleeper.due > this.#nowMs) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function fakeIntake(request: CreateIntakeRequest): Intake {
  return {
    get stream() {
      return request.stream();
    },
    sourcePosition: (sourceId) => request.log.sourcePosition(sourceId),
    holdsMessage: (digest) => request.log.holdsMessage(digest),
    accept: async (call): Promise<IntakeAnswer> => {
      const { partition, firstOffset } = await request.log.append({ records: call.records });
      const encrypted = request.stream().encryption.status === "ENABLED";
      return { records: recordCount(call.records), partition, firstOffset, refused: [], encrypted, repeated: false };
    },
  };
}
