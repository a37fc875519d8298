import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { untilAborted } from "./until-aborted.ts";

const never = new Promise<never>(() => undefined);

test("untilAborted gives what the work gives, and leaves no listener behind", async () => {
  const { signal } = new AbortController();
  assert.equal(await untilAborted(Promise.resolve("done"), signal), "done");
  await assert.rejects(untilAborted(Promise.reject(new Error("broken")), signal), /broken/);
  assert.equal(getEventListeners(signal, "abort").length, 0);
});

test("untilAborted ends with the signal, before and while the work goes on", async () => {
  const abort = new AbortController();
  const waiting = untilAborted(never, abort.signal);
  abort.abort(new Error("given up"));
  await assert.rejects(waiting, /given up/);
  await assert.rejects(untilAborted(never, abort.signal), /given up/);
});
