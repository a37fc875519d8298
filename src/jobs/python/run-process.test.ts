import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryWatch } from "../../functions/local/memory-watch.ts";
import { type Clock, systemClock } from "../../std/clock.ts";
import { runProcess } from "./run-process.ts";

test("a process that ends when it is told to leaves no kill behind that could meet another one", async () => {
  let waiting = 0;
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) => {
      waiting++;
      return systemClock.sleep(ms, signal).finally(() => waiting--);
    },
  };
  const calledOff = new AbortController();
  const running = runProcess({
    command: "/bin/sh",
    args: ["-c", "echo ready; sleep 60"],
    cwd: "/",
    environment: { PATH: "/usr/bin:/bin" },
    memoryMb: 512,
    memoryWatch: new MemoryWatch(),
    clock,
    signal: calledOff.signal,
    log: () => calledOff.abort(new Error("called off")),
  });
  await assert.rejects(running, /called off/);
  assert.equal(waiting, 0);
});
