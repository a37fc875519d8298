import assert from "node:assert/strict";
import { test } from "node:test";
import { onDemand } from "./on-demand.ts";

test("onDemand() loads with the first question, once for all who ask", async () => {
  let loads = 0;
  const ask = onDemand(async () => ++loads);
  assert.equal(loads, 0);
  assert.deepEqual(await Promise.all([ask(), ask()]), [1, 1]);
  assert.equal(await ask(), 1);
});

test("onDemand() tries again after a load that failed", async () => {
  let loads = 0;
  const ask = onDemand(async () => {
    loads++;
    if (loads === 1) throw new Error("no file handle left");
    return loads;
  });
  await assert.rejects(ask(), /no file handle left/);
  assert.equal(await ask(), 2);
});
