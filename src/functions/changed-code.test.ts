import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { functionWorld } from "../../test/fakes/function-world.ts";
import type { Clock } from "../std/clock.ts";

/** A monotonic time that moves when a test says so. */
function movedClock() {
  let at = 0;
  const clock: Clock = {
    now: () => Date.now(),
    monotonic: () => at,
    sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  };
  const advance = (ms: number) => {
    at += ms;
  };
  return { clock, advance };
}

/** Waits until something is so; what it waits for is checked by the caller's assertion. */
async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !holds(); round++) await sleep(10);
}

const says = (word: string) => ({ "index.mjs": `export const handler = async () => ${JSON.stringify(word)};` });

test("calls that were planned with a digest go on in processes of that code, for as long as somebody makes them", async (t) => {
  const { clock, advance } = movedClock();
  const { write, call, failure, host, told, directory } = functionWorld(t, { clock });
  write("f", says("old"));
  const old = { code: await host.codeDigest("f") };
  assert.equal(await call("f", {}, old), "old");
  rmSync(join(directory, "f"), { recursive: true });
  advance(1001);
  assert.equal(await host.codeDigest("f"), undefined);
  assert.equal(await call("f", {}, old), "old", "also while there is nothing");
  assert.equal((await failure("f", {})).code, "not-found");
  write("f", says("new"));
  advance(1001);
  const current = { code: await host.codeDigest("f") };
  assert.notEqual(current.code, old.code);
  assert.equal(await call("f", {}), "new");
  const both = Array.from({ length: 6 }, (_, index) => call("f", {}, index % 2 === 0 ? old : current));
  assert.deepEqual(await Promise.all(both), ["old", "new", "old", "new", "old", "new"]);
  assert.equal(told("function.processEnded").length, 0);
  for (const _ of [1, 2]) {
    advance(9_000);
    await host.codeDigest("f");
    assert.equal(await call("f", {}, old), "old");
  }
  advance(10_001);
  await host.codeDigest("f");
  await until(() => told("function.processEnded").length > 0);
  assert.equal(await call("f", {}, old), "new", "what is not there any more cannot be run");
  assert.equal(await call("f", {}, { code: "of another day" }), "new");
});

test("calls go on with the code that has come when the last process of the planned one dies", async (t) => {
  const { clock, advance } = movedClock();
  const { write, call, failure, host } = functionWorld(t, { clock });
  write("f", {
    "index.mjs": "export const handler = async (event) => { if (event.crash) process.exit(1); return 'old'; };",
    "function.yaml": "concurrency: 1\n",
  });
  const old = { code: await host.codeDigest("f") };
  assert.equal(await call("f", {}, old), "old");
  write("f", says("new"));
  advance(1001);
  await host.codeDigest("f");
  const crash = failure("f", { crash: true }, old);
  const waiting = call("f", {}, old);
  assert.equal((await crash).code, "function-error");
  assert.equal(await waiting, "new");
});

test("a process is stopped before its first event when files changed while it started", async (t) => {
  const { write, call, host, told, directory } = functionWorld(t);
  const loading = join(directory, "loading");
  write("f", {
    "index.mjs": `import { writeFileSync } from "node:fs"; writeFileSync(${JSON.stringify(loading)}, "");
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { word } = await import("./word.mjs");
      export const handler = async () => "old and " + word;`,
    "word.mjs": "export const word = 'old';",
  });
  const reply = call("f", {}, { code: await host.codeDigest("f") });
  await until(() => existsSync(loading));
  write("f", { ...says("new"), "word.mjs": "export const word = 'new';" });
  assert.equal(await reply, "new");
  assert.equal(told("function.processStarted").length, 2);
  assert.equal(told("function.invocationFailed").length, 0);
});

test("a function that writes into its own folder whenever it starts is called all the same", async (t) => {
  const { write, call, told } = functionWorld(t);
  write("f", {
    "index.mjs": `import { appendFileSync } from "node:fs"; appendFileSync("started", "x");
      export const handler = async () => "here";`,
  });
  assert.equal(await call("f", {}), "here");
  assert.equal(told("function.processStarted").length, 4);
});
