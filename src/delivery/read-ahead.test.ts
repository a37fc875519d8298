import assert from "node:assert/strict";
import { test } from "node:test";
import { DeliveryWorld } from "../../test/fakes/delivery-world.ts";
import { recordAt } from "../model/records.ts";
import type { Outcome, Processor } from "../processors/processor.ts";

/** More than half of what one read brings: each is read alone. */
const RECORD_BYTES = 3_000_000;

function record(letter: string): string {
  return letter.repeat(RECORD_BYTES);
}

/** Shortens records to their first letter and a mark. */
class Marker implements Processor {
  readonly type = "marker";
  readonly pure = false;
  readonly asked: string[] = [];
  readonly #mark: string;
  readonly #before: (letter: string) => Promise<void>;

  constructor(mark: string, before: (letter: string) => Promise<void> = async () => undefined) {
    this.#mark = mark;
    this.#before = before;
  }

  async process({ source, outcomes }: Parameters<Processor["process"]>[0]) {
    const letter = recordAt(source, 0).toString("latin1", 0, 1);
    this.asked.push(letter);
    await this.#before(letter);
    const bytes = Buffer.from(`${letter}${this.#mark}`);
    const marked = outcomes.map((outcome): Outcome => (outcome.result === "kept" ? { ...outcome, bytes } : outcome));
    return { source, outcomes: marked };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Ends with the signal, as everything that waits for something outside does. */
function abortable(processor: Processor): Processor {
  return {
    type: processor.type,
    pure: processor.pure,
    process: (batch, signal) =>
      Promise.race([
        processor.process(batch, signal),
        new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
        ),
      ]),
    close: () => processor.close(),
  };
}

function worldWith(one: Marker, two = new Marker("2")): DeliveryWorld {
  return new DeliveryWorld({
    definition: { processors: [{ type: "one", options: {} }] },
    processors: { one: () => one, two: () => two },
  });
}

test("a function is asked about the next read while it works on the one before, and about no more", async () => {
  const letters = ["first", "a", "b", "c"];
  const gates = new Map(letters.map((letter) => [letter.charAt(0), Promise.withResolvers<void>()]));
  const one = new Marker("1", async (letter) => gates.get(letter)?.promise);
  const world = worldWith(one);
  await world.start();
  await world.put("first");
  for (const letter of ["a", "b", "c"]) await world.put(record(letter));
  await world.clock.advance(100);
  assert.deepEqual(one.asked, ["f"], "nothing followed it when it was read");
  gates.get("f")?.resolve();
  await world.clock.advance(2_000);
  assert.deepEqual(one.asked, ["f", "a", "b"]);
  gates.get("a")?.resolve();
  await world.clock.advance(2_000);
  assert.deepEqual(one.asked, ["f", "a", "b", "c"]);
  assert.equal(world.delivery.status().read, 2, "what was said of the first two is durable and gathers");
  for (const gate of gates.values()) gate.resolve();
  await world.flush();
  assert.deepEqual(await world.delivered(), ["a1", "b1", "c1", "f1"]);
  await world.stop();
});

test("a stop ends what was asked ahead, and the next start asks again", async () => {
  const never = new Promise<void>(() => undefined);
  const slow = new Marker("1", (letter) => (letter === "b" ? never : Promise.resolve()));
  let life = 0;
  const world = new DeliveryWorld({
    definition: { processors: [{ type: "one", options: {} }] },
    processors: { one: () => (life++ === 0 ? abortable(slow) : new Marker("1")) },
  });
  await world.start();
  for (const letter of ["a", "b"]) await world.put(record(letter));
  await world.clock.advance(2_000);
  await world.stop();
  await world.start();
  await world.flush();
  assert.deepEqual(await world.delivered(), ["a1", "b1"]);
  await world.stop();
});

test("what was asked ahead of a change of the plan is asked again under the new one", async () => {
  const gate = Promise.withResolvers<void>();
  const one = new Marker("1", (letter) => (letter === "a" ? gate.promise : Promise.resolve()));
  const two = new Marker("2");
  const world = worldWith(one, two);
  await world.start();
  for (const letter of ["a", "b", "c"]) await world.put(record(letter));
  await world.clock.advance(100);
  world.definition = { ...world.definition, processors: [{ type: "two", options: {} }] };
  const changing = world.delivery.apply(world.definition, "2");
  gate.resolve();
  await world.until(changing);
  await world.flush();
  assert.deepEqual(one.asked, ["a", "b"]);
  assert.deepEqual(two.asked, ["b", "c"]);
  assert.deepEqual(await world.delivered(), ["a1", "b2", "c2"]);
  await world.stop();
});

test("a change of the plan does not wait for a function that hangs over what was asked ahead", async () => {
  const gate = Promise.withResolvers<void>();
  const never = new Promise<void>(() => undefined);
  const one = new Marker("1", (letter) => (letter === "a" ? gate.promise : never));
  const world = new DeliveryWorld({
    definition: { processors: [{ type: "one", options: {} }] },
    processors: { one: () => abortable(one), two: () => new Marker("2") },
  });
  await world.start();
  for (const letter of ["a", "b"]) await world.put(record(letter));
  await world.clock.advance(100);
  world.definition = { ...world.definition, processors: [{ type: "two", options: {} }] };
  const changing = world.delivery.apply(world.definition, "2");
  gate.resolve();
  await world.until(changing);
  await world.flush();
  assert.deepEqual(one.asked, ["a", "b"]);
  assert.deepEqual(await world.delivered(), ["a1", "b2"]);
  await world.stop();
});
