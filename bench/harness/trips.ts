import { Draw } from "../../src/generators/draw.ts";
import { taxi } from "../../src/generators/taxi.ts";
import { seededRandom } from "../../src/std/random.ts";

/** Ten minutes at 3,600 times the speed of the archive. They end in another month than they begin in. */
const FIRST_TRIP_AT = Date.UTC(2018, 1, 16);
const TRIPS_LAST_MS = 25 * 86_400_000;

/** Taxi trips of about 393 bytes in the order in which they ended, spread evenly over 25 days. From one seed. */
export class Trips {
  readonly #draw = new Draw(seededRandom(1));
  readonly #stepMs: number;
  #count = 0;

  constructor(count: number) {
    this.#stepMs = TRIPS_LAST_MS / count;
  }

  next(): Buffer {
    const index = this.#count++;
    return taxi.event(this.#draw, FIRST_TRIP_AT + index * this.#stepMs, index);
  }
}
