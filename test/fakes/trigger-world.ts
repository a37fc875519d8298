import type { JsonObject, JsonValue } from "../../src/std/json.ts";
import { seededRandom } from "../../src/std/random.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { Checkpoints } from "../../src/triggers/checkpoints.ts";
import {
  type EventCall,
  eventDelivery,
  type FailedBatch,
  type RetrySettings,
} from "../../src/triggers/event-delivery.ts";
import { EventInlet } from "../../src/triggers/event-inlet.ts";
import { ObjectEvents } from "../../src/triggers/objects/object-events.ts";
import type { EventShape } from "../../src/triggers/trigger-kind.ts";
import { Triggers, type TriggersOptions } from "../../src/triggers/triggers.ts";
import { PretendClock } from "./pretend-clock.ts";
import { PretendDisk } from "./pretend-disk.ts";

/** What a scripted target does with a call: answers, or throws. */
export type Script = (payload: JsonObject, call: number) => JsonValue | undefined | Promise<JsonValue | undefined>;

export interface TriggerWorldOptions {
  readonly shape?: Partial<EventShape>;
  readonly settings?: Partial<RetrySettings>;
  readonly eventsMax?: number;
  readonly bytesMax?: number;
  readonly windowMs?: number;
  readonly lanes?: number;
}

/** An inlet in front of a scripted target, with checkpoints on a pretend disk. */
export class TriggerWorld {
  readonly clock = new PretendClock();
  readonly disk = new PretendDisk(seededRandom(1));
  readonly payloads: JsonObject[] = [];
  readonly givenUp: FailedBatch[] = [];
  readonly calls: EventCall[] = [];
  readonly #options: TriggerWorldOptions;
  script: Script = () => undefined;
  #stop = new AbortController();
  #inlet: EventInlet | undefined;

  constructor(options: TriggerWorldOptions = {}) {
    this.#options = options;
  }

  async open(): Promise<EventInlet> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const { shape: own, settings, eventsMax = 10, bytesMax = 1_000_000, windowMs = 0, lanes = 1 } = this.#options;
    const shape: EventShape = { batchSize: eventsMax, idOf: (event) => String(event.id), ...own };
    const { clock } = this;
    const random = seededRandom(2);
    const checkpoints = await Checkpoints.open(this.disk.process(), "/data/triggers", "one");
    const deliver = eventDelivery({
      target: {
        name: "the script",
        send: async (payload) => {
          const parsed = JSON.parse(payload.toString()) as JsonObject;
          this.payloads.push(parsed);
          const answer = await this.script(parsed, this.payloads.length);
          return answer === undefined ? undefined : Buffer.from(JSON.stringify(answer));
        },
        close: async () => undefined,
      },
      shape,
      settings: {
        ordered: true,
        retryAttempts: -1,
        ageMsMax: -1,
        bisect: false,
        reportItemFailures: false,
        ...settings,
      },
      giveUp: async (failed) => void this.givenUp.push(failed),
      onCall: (call) => void this.calls.push(call),
      clock,
      random,
      signal,
    });
    const batch = { eventsMax, bytesMax, windowMs, lanes };
    const hooks = { signal, onAppended: () => undefined, onHeld: () => undefined };
    this.#inlet = new EventInlet({ ...hooks, checkpoints, deliver, shape, batch, clock, random });
    return this.#inlet;
  }

  /** Ends what is under way, as an orderly stop does. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error("stopped"));
    await this.#inlet?.settled();
  }

  /** Ends what is under way, as a crash does. */
  kill(): void {
    this.#stop.abort(new Error("killed"));
    this.disk.powerLoss();
  }

  /** Ids of the events of each call. */
  get batches(): readonly (readonly JsonValue[])[] {
    return this.payloads.map(({ Records }) => (Records as JsonObject[]).map(({ id }) => id ?? null));
  }
}

/** For tests of what asks triggers and needs none. */
export function noTriggers(options: Partial<TriggersOptions> = {}): Triggers {
  const clock = new PretendClock();
  const disk = new PretendDisk(seededRandom(1)).process();
  const world = { clock, disk, random: seededRandom(2), telemetry: silentTelemetry };
  return new Triggers({
    kinds: [],
    directory: "/data/triggers",
    components: {
      ...world,
      readSecret: String,
      folder: "/",
      objectEvents: new ObjectEvents({ ...world, directory: "/data/object-events" }),
      accountId: "000000000000",
      region: "us-east-1",
    },
    openTarget: () => ({ name: "nothing", send: async () => undefined, close: async () => undefined }),
    keepFailed: async () => undefined,
    ...options,
  });
}
