import assert from "node:assert/strict";
import { test } from "node:test";
import { LagHistory } from "./log-lag.ts";

test("LagHistory tells the age of the oldest record that is not read", () => {
  const history = new LagHistory();
  assert.equal(history.lagMs(0, 0, 0), 0);
  assert.equal(history.lagMs(1000, 100, 0), 0, "came between two samples: no older than this one");
  assert.equal(history.lagMs(2000, 200, 0), 1000);
  assert.equal(history.lagMs(3000, 300, 100), 1000, "the first 100 are read, those behind them came at 2000");
  assert.equal(history.lagMs(4000, 300, 150), 2000);
  assert.equal(history.lagMs(5000, 300, 300), 0);
  assert.equal(history.lagMs(6000, 400, 300), 0);
  assert.equal(history.lagMs(7000, 400, 300), 1000);
});
