import { isDeepStrictEqual } from "node:util";
import type { ComponentSpec } from "../model/delivery-definition.ts";
import type { Processor } from "../processors/processor.ts";
import { invariant } from "../std/assert.ts";
import type { JsonObject, JsonValue } from "../std/json.ts";
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
  readonly #processors = new Map<string, readonly Processor[]>();

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
    const runner = openPlan(plan, this.#options.components, this.#processorsOf(plan.definition));
    this.#runners.set(planNumber, runner);
    return runner;
  }

  runnerAt(offset: number): PlanRunner {
    return this.runnerOf(this.#journal.state.planAt(offset).number);
  }

  /**
   * Journals a definition as the plan from `position` on, unless it is the one in force. What the format has learned stays
   * as long as the stream leaves it to the format.
   */
  async change(
    declared: Plan["definition"],
    versionId: string,
    position: number,
    accumulators?: AccumulatorSet,
  ): Promise<void> {
    const old = this.#journal.state.newestPlan;
    const format = old === undefined ? undefined : withLearned(old, declared.format);
    const definition = format === undefined ? declared : { ...declared, format };
    // A crash may have taken the reading back before the plan's own position: what is read again follows the plan too, and
    // has to be found under it later.
    const covers = old !== undefined && old.position <= position;
    // Whoever stores definitions may hand their members back in another order.
    if (covers && old.versionId === versionId && isDeepStrictEqual(old.definition, definition)) return;
    await this.#append(definition, versionId, position, format === undefined ? undefined : declared.format);
    if (accumulators) this.moveToNewest(accumulators);
  }

  /** The format has learned from the records that begin at `position`; what is open under its old word is handed on (rule H6). */
  async learn(options: JsonObject, position: number, accumulators: AccumulatorSet): Promise<PlanRunner> {
    const { plan } = this.newest;
    const format = { ...plan.definition.format, options };
    const definition = { ...plan.definition, format };
    await this.#append(definition, plan.versionId, position, plan.declaredFormat ?? plan.definition.format);
    this.tellLearned();
    this.moveToNewest(accumulators);
    return this.newest;
  }

  /** Says what the plan in force has learned, if anything. */
  tellLearned(): void {
    const plan = this.#journal.state.newestPlan;
    if (plan?.declaredFormat === undefined) return;
    const { components, stream, definition } = this.#options;
    components.schemaLearned?.({ stream, delivery: definition.id, plan: plan.number, format: plan.definition.format });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#processors.values()].flat().map((processor) => processor.close()));
  }

  async #append(
    definition: Plan["definition"],
    versionId: string,
    position: number,
    declaredFormat: ComponentSpec | undefined,
  ): Promise<void> {
    const plan: Plan = {
      number: (this.#journal.state.newestPlan?.number ?? 0) + 1,
      versionId,
      position,
      streamName: this.#options.stream.name,
      definition,
      pure: isPure(definition, this.#processorsOf(definition)),
      ...(declaredFormat ? { declaredFormat } : {}),
    };
    await this.#journal.append({ type: "plan", plan }, this.#signal);
    const { name: stream } = this.#options.stream;
    this.#options.telemetry.emit("delivery.planApplied", {
      stream,
      delivery: definition.id,
      version: versionId,
      position,
    });
  }

  /** Processors may hold threads and processes, and plans that differ in anything else share them. */
  #processorsOf({ processors: specs }: Plan["definition"]): readonly Processor[] {
    const identity = JSON.stringify(specs);
    let processors = this.#processors.get(identity);
    if (processors === undefined) {
      processors = specs.map((spec) => this.#options.components.processor(spec, this.#options.stream));
      this.#processors.set(identity, processors);
    }
    return processors;
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

/** The format with what was learned since the stream declared it in these words; `undefined` where nothing of it stays. */
function withLearned({ declaredFormat, definition }: Plan, declared: ComponentSpec): ComponentSpec | undefined {
  if (declaredFormat?.type !== declared.type) return undefined;
  const same = (one: JsonValue | undefined, other: JsonValue | undefined) =>
    JSON.stringify(one) === JSON.stringify(other);
  const learned = Object.entries(definition.format.options).filter(([name, value]) => {
    const before = declaredFormat.options[name];
    return !same(value, before) && same(declared.options[name], before);
  });
  if (learned.length === 0) return undefined;
  return { ...declared, options: { ...declared.options, ...Object.fromEntries(learned) } };
}
