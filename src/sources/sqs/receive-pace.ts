/**
 * How long to wait before the next receive, so that receives come back full.
 *
 * A receive brings 10 messages at most and costs the same when it brings one; a long poll returns as soon as there is one.
 * A queue into which messages trickle would be asked for each of them alone. So the receiver waits until a batch has
 * gathered: of `efficiency × 10` messages or a little more.
 *
 * Three things are known, all from what earlier receives brought:
 *
 * - `cycleMs`, the time in which a batch gathers. A receive that is not full has emptied the queue, so all that came since
 *   the one before that was not full has arrived in that time: that is the rate. A burst is no rate, so one such span may
 *   at most halve the cycle.
 * - `credit`, how many slots were filled beyond the aim, in batches. A full receive may have left a backlog behind or
 *   not, and only another receive can tell. It is made at once when the credit covers that it comes back empty; else
 *   after as much of the cycle as the credit does not cover. So a backlog is fetched as fast as it can be, by all receivers
 *   at once, and finding its end never costs the aim.
 * - `waitedMs`, the waits since the queue was last seen empty. They never add up to more than `waitMsMax`: that is the
 *   longest that any message waits longer in the queue because of all this. The bound comes before the aim.
 *
 * Pure: what was received goes in, waits come out.
 */
export interface ReceivePace {
  readonly cycleMs: number;
  readonly credit: number;
  readonly waitedMs: number;
  /** Whether the newest receive left nothing to tell that the queue is empty. */
  readonly full: boolean;
  /** What came, and how long it took, since the rate was last measured. */
  readonly spanMs: number;
  readonly spanMessages: number;
}

export interface PaceAim {
  /** Share of the slots of receives that shall be filled, 0 (never wait) to 1. */
  readonly efficiency: number;
  readonly waitMsMax: number;
  /** As much credit is saved as all receivers can spend at once. */
  readonly receivers: number;
}

export interface Receive {
  readonly messages: number;
  /** What of the time before it was a wait on purpose. */
  readonly waitedMs: number;
  /** From the end of the receive before this one to the end of this one. */
  readonly elapsedMs: number;
}

/** The most that one receive brings (SQS API, MaxNumberOfMessages). */
export const BATCH_MESSAGES = 10;

/** This part of what is filled beyond the aim is never spent. */
const ACCOUNT_RESERVE = 5;
const CYCLE_MS_FIRST = 1_000;
const CYCLE_MS_MIN = 1;
/** How much of each measurement that is not surprising goes into the cycle: rates are noisy. */
const SMOOTHING = 0.25;
/** A span that is much shorter than a cycle says more about chance than about the rate. */
const SPAN_SHARE_MIN = 0.5;

/** Nothing is known: the first receive is made at once, and one more when it comes back full. */
export function openPace({ efficiency, waitMsMax }: PaceAim): ReceivePace {
  return {
    cycleMs: Math.min(CYCLE_MS_FIRST, waitMsMax),
    credit: efficiency,
    waitedMs: 0,
    full: true,
    spanMs: 0,
    spanMessages: 0,
  };
}

export function afterReceive(pace: ReceivePace, receive: Receive, aim: PaceAim): ReceivePace {
  const full = receive.messages >= BATCH_MESSAGES;
  const credit = pace.credit + receive.messages / BATCH_MESSAGES - shareAccounted(aim);
  const next = {
    cycleMs: pace.cycleMs,
    // Larger debts are forgiven, those of a time in which next to nothing came: they would slow down what comes after it.
    credit: Math.min(Math.max(credit, -aim.efficiency), aim.receivers * aim.efficiency),
    waitedMs: full ? pace.waitedMs + receive.waitedMs : 0,
    full,
    spanMs: pace.spanMs + receive.elapsedMs,
    spanMessages: pace.spanMessages + receive.messages,
  };
  if (full || next.spanMs < pace.cycleMs * SPAN_SHARE_MIN) return next;
  return { ...next, cycleMs: cycleAfter(next, aim), spanMs: 0, spanMessages: 0 };
}

/**
 * Milliseconds to wait before one more receive, beside `underWay` others that have not come back; `undefined` when there
 * should be none before one of them is back.
 */
export function waitBeforeReceive(pace: ReceivePace, underWay: number, aim: PaceAim): number | undefined {
  if (aim.efficiency === 0) return 0;
  // Each of the others may come back empty, too.
  const credit = pace.credit - underWay * aim.efficiency;
  const waitMsLeft = aim.waitMsMax - pace.waitedMs;
  if (pace.full && credit >= aim.efficiency) return 0;
  if (underWay > 0) return undefined;
  if (!pace.full) return Math.min(pace.cycleMs, waitMsLeft);
  const shareOfCycle = Math.min((aim.efficiency - credit) / batchAimedAt(aim), 1);
  return Math.min(pace.cycleMs * shareOfCycle, waitMsLeft);
}

function cycleAfter({ cycleMs, spanMs, spanMessages }: ReceivePace, aim: PaceAim): number {
  const measuredMs = (spanMs * batchAimedAt(aim) * BATCH_MESSAGES) / Math.max(spanMessages, Number.MIN_VALUE);
  const surprising = measuredMs > 2 * cycleMs;
  const smoothedMs = surprising ? measuredMs : cycleMs + (measuredMs - cycleMs) * SMOOTHING;
  return Math.min(Math.max(smoothedMs, cycleMs / 2, CYCLE_MS_MIN), aim.waitMsMax);
}

/** Between the aim and full, so that what chance takes from one batch is not missing from the aim. */
function batchAimedAt({ efficiency }: PaceAim): number {
  return (efficiency + 1) / 2;
}

/** A little more than the aim, so that what is forgiven is not missing from it. */
function shareAccounted({ efficiency }: PaceAim): number {
  return efficiency + (1 - efficiency) / ACCOUNT_RESERVE;
}
