import assert from "node:assert/strict";
import { test } from "node:test";
import { signalHandler } from "./signal-handler.ts";

test("signalHandler stops once, takes an echo for the same signal, and ends the process when somebody insists", () => {
  const done: string[] = [];
  let now = 5000;
  const handle = signalHandler({ now: () => now, stop: () => done.push("stop"), end: (signal) => done.push(signal) });
  handle("SIGINT");
  now += 40;
  handle("SIGINT");
  assert.deepEqual(done, ["stop"]);
  now += 3000;
  handle("SIGTERM");
  assert.deepEqual(done, ["stop", "SIGTERM"]);
});
