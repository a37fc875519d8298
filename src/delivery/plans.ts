import { invariant } from "../std/assert.ts";
import type { AccumulatorSet } from "./accumulator-set.ts";
import type { DeliveryOptions } from "./delivery-options.ts";
import type { Journal } from "./journal/journal.ts";
import type { Plan } from "./journal/journal-records.ts";
import { isPure, namesSameKeys, openPlan, type PlanRunner } from "./plan-runner.ts";

/** The plans of a delivery, made ready to run; each takes effect at a position and is journaled before it does. */
export class Plans {
  readonly #options: DeliveryOptions;
  readonly #journal: Journal;
  readonly #signal: AbortSignal;
  readonly #runners = new Map<number, PlanRunner>();

  constructor(options: DeliveryOptions, journal: Journal, signal: AbortSignal) {
    this.#options = options;
    this.#journal = journal;
    this.#signal = signal;
  }

  get newest(): PlanRunner {
    const plan = this.#journal.state.newestPlan;
    invariant(plan !== undefined, "a running delivery has a plan");
    return this.runnerOf(plan.number);
  }

  runnerOf(planNumber: number): PlanRunner {
    const known = this.#runners.get(planNumber);
    if (known) return known;
    const plan = this.#journal.state.plans.get(planNumber);
    invariant(plan !== undefined, `plan ${planNumber} is in the journal`);
    const runner = openPlan(plan, this.#options.components, this.#options.stream);
    this.#runners.set(planNumber, runner);
    return runner;
  }

  runnerAt(offset: number): PlanRunner {
    return this.runnerOf(this.#journal.state.planAt(offset).number);
  }

  /** Journals a definition as the plan from `position` on, unless it is the one in force. */
  async change(
    definition: Plan["definition"],
    versionId: string,
    position: number,
    accumulators?: AccumulatorSet,
  ): Promise<void> {
    const old = this.#journal.state.newestPlan;
    if (old && old.versionId === versionId && JSON.stringify(old.definition) === JSON.stringify(definition)) return;
    const plan: Plan = {
      number: (old?.number ?? 0) + 1,
      versionId,
      position,
      streamName: this.#options.stream.name,
      definition,
      pure: isPure(
        definition,
        definition.processors.map((spec) => this.#options.components.processor(spec, this.#options.stream)),
      ),
    };
    await this.#journal.append({ type: "plan", plan }, this.#signal);
    if (accumulators) this.moveToNewest(accumulators);
    const { name: stream } = this.#options.stream;
    this.#options.telemetry.emit("delivery.planApplied", {
      stream,
      delivery: definition.id,
      version: versionId,
      position,
    });
  }

  /** What gathers goes on under the newest plan where that names the same keys; else it is handed on under its own. */
  moveToNewest(accumulators: AccumulatorSet): void {
    const { newest } = this;
    for (const accumulator of [...accumulators.open]) {
      if (accumulator.plan.number === newest.plan.number) continue;
      if (namesSameKeys(this.runnerOf(accumulator.plan.number), newest, this.#options.clock.now())) {
        accumulator.plan = newest.plan;
        accumulator.dirty = true;
      } else {
        accumulators.seal(accumulator, "plan-change");
      }
    }
  }
}
