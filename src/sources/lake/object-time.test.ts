import assert from "node:assert/strict";
import { test } from "node:test";
import { objectTime } from "./object-time.ts";

const UUID = "0f9d1c52-3a77-8c11-9e04-5b7a3c0d2e61";

test("objectTime() reads the arrival from the names that Firehose gives", () => {
  const key = `a/2018/08/27/10/orders-1-2018-08-27-10-30-05-${UUID}.gz`;
  assert.equal(objectTime(key, "UTC"), Date.UTC(2018, 7, 27, 10, 30, 5));
  assert.equal(objectTime(key, "Asia/Tokyo"), Date.UTC(2018, 7, 27, 1, 30, 5));
});

test("objectTime() makes nothing of other names", () => {
  assert.equal(objectTime("exports/2018-08-27.json", "UTC"), undefined);
  assert.equal(objectTime(`orders-1-2018-13-27-10-30-05-${UUID}`, "UTC"), undefined);
  assert.equal(objectTime(`orders-1-2018-08-27-10-30-05-${UUID}/part`, "UTC"), undefined);
});
