import assert from "node:assert/strict";
import { test } from "node:test";
import { dullness } from "./interest.ts";
import { mutatedSources } from "./mutation-hook.ts";
import { MUTATIONS } from "./mutations.ts";
import { runSeeds } from "./run-seeds.ts";
import { simulate } from "./simulation.ts";

/** A small share of what `npm run simulate` does; the first seeds, so that everybody sees the same. */
const SEEDS = 150;

test(`${SEEDS} seeded worlds: every acknowledged record lands exactly once, whatever fails`, async () => {
  const run = await runSeeds({ first: 1, seeds: SEEDS, threads: 2, failuresMax: 5 });
  const lines = run.failed.map(({ seed, failures }) => `npm run simulate -- --seed ${seed}   # ${failures[0]}`);
  assert.deepEqual(lines, []);
  assert.deepEqual(dullness(run), [], "worlds in which enough goes wrong");
});

test("a seed tells the same story each time", async () => {
  for (const seed of [7, 12]) {
    const stories = [[], []] as string[][];
    for (const story of stories) await simulate(seed, (line) => story.push(line));
    assert.ok((stories[0]?.length ?? 0) > 20);
    assert.deepEqual(stories[0], stories[1]);
  }
});

test("every rule that can be taken out is where the table says", () => {
  for (const mutation of MUTATIONS) assert.ok(mutatedSources(mutation).size > 0, mutation.rule);
});
