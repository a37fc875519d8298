import { z } from "zod";
import { LakehoseError, reasonOf } from "../model/errors.ts";
import type { InletHooks } from "../sources/inlet.ts";
import { type ReaderListener, type ReaderStatus, UpstreamReader } from "../sources/upstream-reader.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import { Checkpoints } from "./checkpoints.ts";
import { type EventCall, eventDelivery, type FailedBatch } from "./event-delivery.ts";
import { EventInlet } from "./event-inlet.ts";
import type { EventTarget } from "./targets/event-target.ts";
import { EVENT_PAYLOAD_BYTES_MAX } from "./targets/function-event-target.ts";
import type { EventTargetSettings } from "./targets/target-schema.ts";
import type { TriggerDefinition } from "./trigger-definition.ts";
import type { TriggerComponents, TriggerKind } from "./trigger-kind.ts";

export interface TriggerStatus extends ReaderStatus {
  readonly name: string;
  readonly kind: string;
  readonly description: string;
  /** What is listened to, for people. */
  readonly upstream: string;
  readonly target: string;
  readonly calls: number;
  readonly failedCalls: number;
  /** Events that were given up. */
  readonly givenUp: number;
  /** The newest call that failed. */
  readonly callFailure?: { readonly message: string; readonly at: number; readonly attempt: number };
}

export interface TriggersOptions {
  readonly kinds: readonly TriggerKind[];
  readonly components: TriggerComponents;
  readonly openTarget: (settings: EventTargetSettings) => EventTarget;
  /** Keeps what was given up, if the definition says where. Resolves once it is durable; rejects to be asked again. */
  readonly keepFailed: (definition: TriggerDefinition, document: Buffer, signal: AbortSignal) => Promise<void>;
  /** Folder of the checkpoints. */
  readonly directory: string;
}

/** Room for the frame around the events. */
const BATCH_BYTES_MAX = EVENT_PAYLOAD_BYTES_MAX - 64 * 1024;

/** All triggers of a server. They are declared; a change is a restart. */
export class Triggers {
  readonly #options: TriggersOptions;
  readonly #running = new Map<string, RunningTrigger>();

  constructor(options: TriggersOptions) {
    this.#options = options;
  }

  /** Throws `LakehoseError` `invalid-trigger` with all that is wrong with a definition. */
  declare({ name, kind, options, enabled }: TriggerDefinition): void {
    this.#parse(kind, options);
    if (enabled) this.#kind(kind).declare?.(name, this.#options.components);
  }

  /** In name order. */
  list(): readonly TriggerStatus[] {
    return [...this.#running.values()]
      .map(({ status }) => status)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  get(name: string): TriggerStatus | undefined {
    return this.#running.get(name)?.status;
  }

  /** Lets those fire that were declared. */
  async begin(definitions: readonly TriggerDefinition[]): Promise<void> {
    for (const definition of definitions) {
      const kind = this.#kind(definition.kind);
      const { components, directory } = this.#options;
      const checkpoints = await Checkpoints.open(components.disk, directory, definition.name);
      const options = this.#parse(definition.kind, definition.options);
      const trigger = new RunningTrigger(definition, kind, options, checkpoints, this.#options);
      this.#running.set(definition.name, trigger);
    }
    for (const trigger of this.#running.values()) trigger.start();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#running.values()].map((trigger) => trigger.stop()));
  }

  #parse(kind: string, options: unknown): unknown {
    const { data, error } = this.#kind(kind).options.safeParse(options);
    if (error !== undefined) throw invalid(`options of ${kind}: ${z.prettifyError(error)}`);
    return data;
  }

  #kind(name: string): TriggerKind {
    const found = this.#options.kinds.find((kind) => kind.name === name);
    if (found !== undefined) return found;
    throw invalid(`expected a kind of ${this.#options.kinds.map((kind) => kind.name).join(", ")}; got ${name}`);
  }
}

function invalid(message: string): LakehoseError {
  return new LakehoseError("invalid-trigger", message);
}

/** One trigger with its target and what it has counted. */
class RunningTrigger {
  readonly #definition: TriggerDefinition;
  readonly #kind: TriggerKind;
  readonly #checkpoints: Checkpoints;
  readonly #options: TriggersOptions;
  readonly #target: EventTarget;
  readonly #upstream: string;
  readonly #reader: UpstreamReader;
  #counts: Pick<TriggerStatus, "calls" | "failedCalls" | "givenUp" | "callFailure"> = {
    calls: 0,
    failedCalls: 0,
    givenUp: 0,
  };

  constructor(
    definition: TriggerDefinition,
    kind: TriggerKind,
    options: unknown,
    checkpoints: Checkpoints,
    world: TriggersOptions,
  ) {
    this.#definition = definition;
    this.#kind = kind;
    this.#checkpoints = checkpoints;
    this.#options = world;
    this.#target = world.openTarget(definition.to);
    this.#upstream = kind.upstream(options);
    const { clock, random, telemetry } = world.components;
    this.#reader = new UpstreamReader({
      source: definition.name,
      enabled: definition.enabled,
      read: kind.create(world.components),
      options,
      upstream: this.#upstream,
      openInlet: (hooks) => this.#openInlet(hooks),
      listener: triggerTelemetry(telemetry, { trigger: definition.name, kind: kind.name }),
      clock,
      random,
    });
  }

  get status(): TriggerStatus {
    const { name, description } = this.#definition;
    const told = { name, kind: this.#kind.name, description, upstream: this.#upstream, target: this.#target.name };
    return { ...told, ...this.#reader.status, ...this.#counts };
  }

  start(): void {
    this.#reader.start();
  }

  async stop(): Promise<void> {
    await this.#reader.stop();
    await this.#target.close();
  }

  #openInlet(hooks: InletHooks): EventInlet {
    const { clock, random } = this.#options.components;
    const { batchSize, batchWindowSeconds, parallelizationFactor, ...settings } = this.#definition;
    const shape = this.#kind.events;
    const { signal } = hooks;
    const deliver = eventDelivery({
      target: this.#target,
      shape,
      settings: {
        ordered: shape.unordered !== true,
        retryAttempts: settings.retryAttempts,
        ageMsMax: settings.maximumRecordAgeSeconds < 0 ? -1 : settings.maximumRecordAgeSeconds * 1000,
        bisect: settings.bisectBatchOnFunctionError,
        reportItemFailures: settings.reportBatchItemFailures,
      },
      giveUp: (failed) => this.#giveUp(failed, signal),
      onCall: (call) => {
        this.#onCall(call);
        hooks.onHeld(call.failure !== undefined);
      },
      clock,
      random,
      signal,
    });
    const batch = {
      eventsMax: batchSize ?? shape.batchSize,
      bytesMax: BATCH_BYTES_MAX,
      windowMs: batchWindowSeconds * 1000,
      lanes: parallelizationFactor,
    };
    return new EventInlet({ ...hooks, checkpoints: this.#checkpoints, deliver, shape, batch, clock, random });
  }

  #onCall({ events, durationMs, attempt, failure }: EventCall): void {
    const { clock, telemetry } = this.#options.components;
    const { calls, failedCalls, ...counts } = this.#counts;
    const failed = failure !== undefined;
    this.#counts = {
      ...counts,
      calls: calls + 1,
      failedCalls: failedCalls + (failed ? 1 : 0),
      ...(failed && { callFailure: { message: failure, at: clock.now(), attempt } }),
    };
    const labels = { trigger: this.#definition.name, kind: this.#kind.name, target: this.#target.name };
    telemetry.emit("trigger.called", { ...labels, events, durationMs, attempt, failed, message: failure ?? "" });
  }

  async #giveUp(failed: FailedBatch, signal: AbortSignal): Promise<void> {
    const { clock, telemetry } = this.#options.components;
    const { part, condition, attempts, reason, events } = failed;
    const kept = this.#definition.onFailure !== undefined;
    if (kept) await this.#keep(failureDocument(this.#definition.name, this.#target.name, failed, clock.now()), signal);
    this.#counts = { ...this.#counts, givenUp: this.#counts.givenUp + events.length };
    const labels = { trigger: this.#definition.name, kind: this.#kind.name };
    telemetry.emit("trigger.gaveUp", {
      ...labels,
      part,
      condition,
      attempts,
      events: events.length,
      kept,
      message: reason,
    });
  }

  /** Where it shall go may be away, or not there yet: until it takes it nothing behind it goes on, and people are told. */
  async #keep(document: Buffer, signal: AbortSignal): Promise<void> {
    const { keepFailed, components } = this.#options;
    const { clock, random, telemetry } = components;
    for (let attempt = 1; ; attempt++) {
      try {
        return await keepFailed(this.#definition, document, signal);
      } catch (error) {
        signal.throwIfAborted();
        const message = `What was given up cannot be kept where onFailure says: ${reasonOf(error)}`;
        this.#counts = { ...this.#counts, callFailure: { message, at: clock.now(), attempt } };
        const labels = { trigger: this.#definition.name, kind: this.#kind.name };
        telemetry.emit("trigger.warned", { ...labels, code: "not-kept", message });
        await clock.sleep(backoffMs(attempt, random, { firstMs: 500 }), signal);
      }
    }
  }
}

/** In the shape of the records that AWS Lambda sends to on-failure destinations, with the events themselves. */
function failureDocument(trigger: string, target: string, failed: FailedBatch, now: number): Buffer {
  const { part, condition, attempts, reason, events } = failed;
  const head = {
    version: "1.0",
    timestamp: new Date(now).toISOString(),
    requestContext: { trigger, functionArn: target, condition, approximateInvokeCount: attempts },
    responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: reason },
    batchInfo: { part, batchSize: events.length },
    payload: { Records: events.map((event) => JSON.parse(event.toString())) },
  };
  return Buffer.from(JSON.stringify(head));
}

function triggerTelemetry(
  telemetry: Telemetry,
  labels: { readonly trigger: string; readonly kind: string },
): ReaderListener {
  return {
    connected: (told) => telemetry.emit("trigger.connected", { ...labels, ...told }),
    interrupted: (told) => telemetry.emit("trigger.interrupted", { ...labels, ...told }),
    stopped: () => telemetry.emit("trigger.stopped", labels),
    warned: (told) => telemetry.emit("trigger.warned", { ...labels, ...told }),
    // Calls that fail are told one by one.
    held: () => undefined,
    appended: () => undefined,
    counted: () => undefined,
  };
}
