import type { LandedObject } from "../../src/delivery/journal/journal-records.ts";
import type { Clock } from "../../src/std/clock.ts";
import type { Draw } from "./draw.ts";
import type { Life } from "./life.ts";

/** Longest time that it takes for an answer. */
const ANSWER_MS_MAX = 400;

/** A catalog that is slow, away now and then, and sometimes says so after it has heard. What it has heard survives everything. */
export class CatalogWitness {
  /** `bucket/name` of what it was told of. */
  readonly told = new Set<string>();
  readonly #draw: Draw;
  readonly #clock: Clock;
  #failureRate: number;

  constructor(draw: Draw, clock: Clock) {
    this.#draw = draw;
    this.#clock = clock;
    this.#failureRate = draw.pick([0, 0.3, 0.9]);
  }

  mend(): void {
    this.#failureRate = 0;
  }

  async register(objects: readonly LandedObject[], life: Life): Promise<void> {
    await this.#clock.sleep(this.#draw.between(0, ANSWER_MS_MAX));
    if (!life.isAlive()) throw new Error("this process is dead");
    const fails = this.#draw.chance(this.#failureRate);
    const hears = !fails || this.#draw.chance(0.3);
    if (hears) for (const { target, name } of objects) this.told.add(`${target.options.bucket}/${name}`);
    if (fails) throw new Error("the catalog is away");
  }
}
