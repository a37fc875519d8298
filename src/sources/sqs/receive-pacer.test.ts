import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { seededRandom } from "../../std/random.ts";
import { BATCH_MESSAGES, type PaceAim } from "./receive-pace.ts";
import { ReceivePacer } from "./receive-pacer.ts";

const CALL_MS = 10;
const APPEND_MS = 5;
const LONG_POLL_MS = 20_000;
/** What a backlog takes that is fetched without any wait. */
const DRAIN_MS_MAX = 1_000;

/** A queue that is asked by receivers for some pretended time: messages come at fixed moments. */
class PretendQueue {
  readonly #clock: PretendClock;
  readonly #arrivals: readonly number[];
  #taken = 0;
  calls = 0;
  latencyMsMax = 0;

  constructor(clock: PretendClock, arrivals: readonly number[]) {
    this.#clock = clock;
    this.#arrivals = arrivals;
  }

  get taken(): number {
    return this.#taken;
  }

  /** A long poll: back with what is there, as soon as something is there. */
  async receive(signal: AbortSignal): Promise<number> {
    this.calls++;
    await this.#clock.sleep(CALL_MS, signal);
    const until = this.#clock.monotonic() + LONG_POLL_MS;
    for (;;) {
      const now = this.#clock.monotonic();
      const next = this.#arrivals[this.#taken] ?? Number.POSITIVE_INFINITY;
      if (next <= now) return this.#take(now);
      if (now >= until) return 0;
      await this.#clock.sleep(Math.min(next, until) - now, signal);
    }
  }

  #take(now: number): number {
    let count = 0;
    for (; count < BATCH_MESSAGES; count++) {
      const arrivedAt = this.#arrivals[this.#taken] ?? Number.POSITIVE_INFINITY;
      if (arrivedAt > now) break;
      this.latencyMsMax = Math.max(this.latencyMsMax, now - arrivedAt);
      this.#taken++;
    }
    return count;
  }
}

async function collect(arrivals: readonly number[], durationMs: number, aim: PaceAim) {
  const clock = new PretendClock();
  const queue = new PretendQueue(clock, arrivals);
  const pacer = new ReceivePacer(aim, clock);
  const stop = new AbortController();
  const receiver = async () => {
    for (;;) {
      const turn = await pacer.turn(stop.signal);
      turn.done(await queue.receive(stop.signal));
      await clock.sleep(APPEND_MS, stop.signal);
    }
  };
  const receivers = Array.from({ length: aim.receivers }, () => receiver().catch(() => undefined));
  await clock.advance(durationMs);
  stop.abort();
  await Promise.all(receivers);
  return { taken: queue.taken, latencyMsMax: queue.latencyMsMax, calls: queue.calls, percent: pacer.efficiencyPercent };
}

/** Arrivals by chance, so many a second on average at each moment. */
function poisson(seed: number, durationMs: number, perSecondAt: (ms: number) => number): number[] {
  const random = seededRandom(seed);
  const arrivals: number[] = [];
  for (let ms = 0; ms < durationMs; ) {
    ms += (-Math.log(1 - random.fraction()) * 1000) / perSecondAt(ms);
    arrivals.push(ms);
  }
  return arrivals;
}

function bursts(durationMs: number, everyMs: number, size: number): number[] {
  const count = Math.floor(durationMs / everyMs);
  return Array.from({ length: count * size }, (_, index) => Math.floor(index / size) * everyMs);
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const aim: PaceAim = { efficiency: 0.9, waitMsMax: 60_000, receivers: 4 };

interface Load {
  readonly durationMs: number;
  readonly arrivals: readonly number[];
  readonly waitMsMax?: number;
}

function loads(seed: number): Readonly<Record<string, Load>> {
  const steady = (perSecond: number, durationMs: number): Load => ({
    durationMs,
    arrivals: poisson(seed, durationMs, () => perSecond),
  });
  const changing = (durationMs: number, perSecondAt: (ms: number) => number): Load => ({
    durationMs,
    arrivals: poisson(seed, durationMs, perSecondAt),
  });
  const mixed = [...poisson(seed, 20 * MINUTE, () => 2), ...bursts(20 * MINUTE, MINUTE, 300)];
  return {
    "a trickle of one in ten seconds": { ...steady(0.1, 24 * HOUR), waitMsMax: 600_000 },
    "a trickle of one a second": steady(1, 2 * HOUR),
    "five a second": steady(5, 20 * MINUTE),
    "forty a second": steady(40, 20 * MINUTE),
    "more than one receiver takes": steady(1_500, MINUTE),
    "bursts of 1,000 a minute": { durationMs: 20 * MINUTE, arrivals: bursts(20 * MINUTE, MINUTE, 1_000) },
    "bursts of 95 each ten seconds": { durationMs: 20 * MINUTE, arrivals: bursts(20 * MINUTE, 10_000, 95) },
    "bursts over a steady load": { durationMs: 20 * MINUTE, arrivals: mixed.sort((a, b) => a - b) },
    "steps between 1 and 100 a second": changing(20 * MINUTE, (ms) => (Math.floor(ms / (2 * MINUTE)) % 2 ? 100 : 1)),
    "a wave": changing(20 * MINUTE, (ms) => 20 * (1.05 + Math.sin(ms / MINUTE))),
  };
}

describe("back-off of receives", () => {
  for (const seed of [1, 2]) {
    for (const [name, { durationMs, arrivals, waitMsMax = aim.waitMsMax }] of Object.entries(loads(seed))) {
      it(`fills nine slots of ten, within the bound: ${name}, seed ${seed}`, async () => {
        const collected = await collect(arrivals, durationMs, { ...aim, waitMsMax });
        assert.ok(collected.percent >= 90, `${collected.percent} % of slots filled`);
        assert.ok(collected.latencyMsMax <= waitMsMax + DRAIN_MS_MAX, `a message waited ${collected.latencyMsMax} ms`);
        assert.ok(collected.taken >= arrivals.length * 0.95, `${collected.taken} of ${arrivals.length} messages taken`);
      });
    }
  }

  it("keeps the bound where it cannot keep the aim", async () => {
    const durationMs = 20 * MINUTE;
    const collected = await collect(
      poisson(4, durationMs, () => 1),
      durationMs,
      { ...aim, waitMsMax: 2_000 },
    );
    assert.ok(collected.latencyMsMax <= 2_000 + DRAIN_MS_MAX, `a message waited ${collected.latencyMsMax} ms`);
    assert.ok(collected.percent > 15 && collected.percent < 40, `${collected.percent} % of slots filled`);
  });

  it("never waits without an aim", async () => {
    const arrivals = poisson(5, 10 * MINUTE, () => 5);
    const collected = await collect(arrivals, 10 * MINUTE, { ...aim, efficiency: 0 });
    assert.ok(collected.latencyMsMax <= 2 * (CALL_MS + APPEND_MS), `a message waited ${collected.latencyMsMax} ms`);
    assert.ok(collected.percent < 20, `${collected.percent} % of slots filled`);
  });

  it("asks an idle queue with one long poll at a time", async () => {
    const { calls } = await collect([], HOUR, aim);
    assert.ok(calls <= HOUR / LONG_POLL_MS + aim.receivers, `${calls} calls`);
  });

  it("an aborted wait for a turn ends", async () => {
    const pacer = new ReceivePacer(aim, new PretendClock());
    const stop = new AbortController();
    const first = await pacer.turn(stop.signal);
    const second = pacer.turn(stop.signal);
    stop.abort(new Error("stopped"));
    await assert.rejects(second, /stopped/);
    first.done(0);
  });
});
