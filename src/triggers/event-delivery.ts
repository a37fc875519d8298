import { reasonOf } from "../model/errors.ts";
import { backoffMs } from "../std/backoff.ts";
import type { Clock } from "../std/clock.ts";
import type { JsonObject, JsonValue } from "../std/json.ts";
import type { Random } from "../std/random.ts";
import type { QueuedEvent } from "./event-lane.ts";
import type { EventTarget } from "./targets/event-target.ts";
import type { EventShape } from "./trigger-kind.ts";

/** Hands events of a part to the target. Ends each of them; rejects only when it is aborted. */
export type Deliver = (part: string, events: readonly QueuedEvent[]) => Promise<void>;

export interface EventDeliveryOptions {
  readonly target: EventTarget;
  readonly shape: EventShape;
  readonly settings: RetrySettings;
  /** Takes a batch that was given up. Resolves once it is kept, wherever that is. */
  readonly giveUp: (failed: FailedBatch) => Promise<void>;
  readonly onCall: (call: EventCall) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

export interface RetrySettings {
  /** False for queues, which hand events over again by themselves. */
  readonly ordered: boolean;
  /** -1: for ever. */
  readonly retryAttempts: number;
  /** -1: no limit. */
  readonly ageMsMax: number;
  readonly bisect: boolean;
  readonly reportItemFailures: boolean;
}

export interface FailedBatch {
  readonly part: string;
  readonly events: readonly Buffer[];
  readonly condition: "RetryAttemptsExhausted" | "EventAgeExceeded";
  readonly attempts: number;
  readonly reason: string;
}

export interface EventCall {
  readonly events: number;
  readonly durationMs: number;
  /** Why it failed; absent when it did not. */
  readonly failure?: string;
  readonly attempt: number;
}

const RETRY_WAIT_MS_MAX = 30_000;
const OPENING = Buffer.from('{"Records":[');
const COMMA = Buffer.from(",");
const CLOSING = Buffer.from("]}");

/** Calls the target with a batch until it was taken, given up, or is left to the queue that it came from. */
export function eventDelivery(options: EventDeliveryOptions): Deliver {
  const { settings, shape, clock, random, signal } = options;
  const deliver = async (part: string, events: readonly QueuedEvent[]): Promise<void> => {
    let left = events;
    for (let attempt = 1; left.length > 0; attempt++) {
      signal.throwIfAborted();
      const { failed, reason } = await call(options, left, attempt);
      const isFailed = new Set(failed);
      // Where events have an order, those behind the first that failed are tried again with it.
      const from = settings.ordered ? left.findIndex((event) => isFailed.has(event)) : 0;
      const again = failed.length === 0 ? [] : settings.ordered ? left.slice(from) : failed;
      const taken = new Set(again);
      for (const event of left) if (!taken.has(event)) event.end(false);
      if (again.length === 0) return;
      if (!settings.ordered) return endAll(again, true);
      if (settings.bisect && again.length > 1) {
        const middle = Math.ceil(again.length / 2);
        await deliver(part, again.slice(0, middle));
        return deliver(part, again.slice(middle));
      }
      const condition = givesUp(settings, again, attempt, clock);
      if (condition !== undefined) {
        const bytes = again.map((event) => event.bytes);
        await options.giveUp({ part, events: bytes, condition, attempts: attempt, reason });
        return endAll(again, false);
      }
      left = again;
      await clock.sleep(backoffMs(attempt, random, { maxMs: RETRY_WAIT_MS_MAX }), signal);
    }
  };
  if (shape.single !== true) return deliver;
  return async (part, events) => {
    for (const event of events) await deliver(part, [event]);
  };
}

async function call(
  options: EventDeliveryOptions,
  events: readonly QueuedEvent[],
  attempt: number,
): Promise<{ readonly failed: readonly QueuedEvent[]; readonly reason: string }> {
  const { target, shape, settings, onCall, clock, signal } = options;
  const began = clock.monotonic();
  const tell = (failure?: string) => {
    const durationMs = clock.monotonic() - began;
    onCall({ events: events.length, durationMs, attempt, ...(failure !== undefined && { failure }) });
  };
  try {
    const answer = await target.send(payloadOf(shape, events), signal);
    const failed = settings.reportItemFailures ? itemFailures(shape, events, answer) : [];
    const reason = `${target.name} reported ${failed.length} of ${events.length} events as failed`;
    tell(failed.length === 0 ? undefined : reason);
    return { failed, reason };
  } catch (error) {
    signal.throwIfAborted();
    const reason = reasonOf(error);
    tell(reason);
    return { failed: events, reason };
  }
}

function payloadOf(shape: EventShape, events: readonly QueuedEvent[]): Buffer {
  const [first] = events;
  if (shape.single === true && first !== undefined) return first.bytes;
  const parts = events.flatMap(({ bytes }, index) => (index === 0 ? [bytes] : [COMMA, bytes]));
  return Buffer.concat([OPENING, ...parts, CLOSING]);
}

/**
 * As AWS reads the answer (partial batch responses): no list or an empty one is a success, anything that is not to be read,
 * or names an event that was not in the batch, fails all of it.
 */
function itemFailures(
  shape: EventShape,
  events: readonly QueuedEvent[],
  answer: Buffer | undefined,
): readonly QueuedEvent[] {
  const listed = answer === undefined ? [] : failuresIn(answer);
  if (listed === undefined) return events;
  const byId = new Map<unknown, QueuedEvent>(events.map((event) => [idOf(shape, event), event]));
  const failed = [...new Set(listed)].map((id) => byId.get(id));
  return failed.includes(undefined) ? events : failed.filter((event) => event !== undefined);
}

function failuresIn(answer: Buffer): readonly unknown[] | undefined {
  const parsed = parse(answer);
  if (parsed === null || parsed === "") return [];
  if (typeof parsed !== "object" || Array.isArray(parsed)) return undefined;
  const { batchItemFailures = null } = parsed;
  if (batchItemFailures === null) return [];
  if (!Array.isArray(batchItemFailures)) return undefined;
  return batchItemFailures.map((item) => (item as { itemIdentifier?: unknown } | null)?.itemIdentifier);
}

function idOf(shape: EventShape, event: QueuedEvent): string | undefined {
  return shape.idOf?.(JSON.parse(event.bytes.toString()) as JsonObject);
}

function parse(answer: Buffer): JsonValue | undefined {
  if (answer.length === 0) return null;
  try {
    return JSON.parse(answer.toString());
  } catch {
    return undefined;
  }
}

function givesUp(
  { retryAttempts, ageMsMax }: RetrySettings,
  events: readonly QueuedEvent[],
  attempt: number,
  clock: Clock,
): FailedBatch["condition"] | undefined {
  if (retryAttempts >= 0 && attempt > retryAttempts) return "RetryAttemptsExhausted";
  const since = events[0]?.since ?? 0;
  return ageMsMax >= 0 && clock.monotonic() - since > ageMsMax ? "EventAgeExceeded" : undefined;
}

function endAll(events: readonly QueuedEvent[], refused: boolean): void {
  for (const event of events) event.end(refused);
}
