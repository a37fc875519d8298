import assert from "node:assert/strict";
import { test } from "node:test";
import { parseCron } from "./cron.ts";

/** The first due instants after a date. */
function due(text: string, after: string, count = 3, zone = "UTC"): string[] {
  const schedule = parseCron(text, zone);
  const found: string[] = [];
  let next = schedule.next(Date.parse(after));
  for (; next !== undefined && found.length < count; next = schedule.next(next)) {
    found.push(new Date(next).toISOString().slice(0, 16));
  }
  return found;
}

test("parseCron() is due at a fixed time of each day", () => {
  assert.deepEqual(due("cron(15 12 * * ? *)", "2026-11-22T12:14:59.999Z"), [
    "2026-11-22T12:15",
    "2026-11-23T12:15",
    "2026-11-24T12:15",
  ]);
  assert.deepEqual(due(" cron( 15  12 * * ? * ) ", "2026-11-22T12:15:00Z", 1), ["2026-11-23T12:15"]);
});

test("parseCron() counts the days of the week from Sunday, the first", () => {
  assert.deepEqual(due("cron(0 9 ? * 1 *)", "2026-11-22T00:00Z", 1), ["2026-11-22T09:00"]);
  assert.deepEqual(due("cron(0 9 ? * MON-FRI *)", "2026-11-20T10:00Z", 2), ["2026-11-23T09:00", "2026-11-24T09:00"]);
  assert.deepEqual(due("cron(0 9 ? * L *)", "2026-11-22T00:00Z", 1), ["2026-11-28T09:00"]);
});

test("parseCron() knows steps, lists, last days, nearest working days and the nth weekday", () => {
  assert.deepEqual(due("cron(0/20 8-9 * * ? *)", "2026-11-22T08:30Z"), [
    "2026-11-22T08:40",
    "2026-11-22T09:00",
    "2026-11-22T09:20",
  ]);
  assert.deepEqual(due("cron(0 9 L JAN,FEB ? 2028)", "2026-11-22T00:00Z"), ["2028-01-31T09:00", "2028-02-29T09:00"]);
  assert.deepEqual(due("cron(0 9 15W * ? *)", "2026-11-01T00:00Z", 1), ["2026-11-16T09:00"]);
  assert.deepEqual(due("cron(0 9 ? * 6#2 *)", "2026-11-01T00:00Z", 1), ["2026-11-13T09:00"]);
  assert.deepEqual(due("cron(0 9 ? * 6L *)", "2026-11-01T00:00Z", 1), ["2026-11-27T09:00"]);
});

test("parseCron() keeps the local time of a zone, also where the clock skips or repeats it", () => {
  const daily = "cron(30 2 * * ? *)";
  assert.deepEqual(due(daily, "2024-03-09T12:00Z", 2, "America/New_York"), ["2024-03-10T07:00", "2024-03-11T06:30"]);
  const autumn = "cron(30 1 * * ? *)";
  assert.deepEqual(due(autumn, "2024-11-02T12:00Z", 2, "America/New_York"), ["2024-11-03T05:30", "2024-11-04T06:30"]);
});

test("parseCron() says that nothing more will come", () => {
  assert.deepEqual(due("cron(0 9 1 1 ? 2020)", "2026-11-22T00:00Z"), []);
  assert.deepEqual(due("cron(0 9 30 2 ? *)", "2026-11-22T00:00Z"), []);
  assert.deepEqual(due("cron(0 9 1 1 ? *)", "2199-02-01T00:00Z"), []);
});

test("parseCron() refuses what AWS refuses, and says what it expects", () => {
  const refusals: [text: string, reason: RegExp][] = [
    ["15 12 * * ? *", /has another form: expected cron\(minutes hours/],
    ["rate(5 minutes)", /has another form/],
    ["cron()", /has 0 fields/],
    ["cron(15 12 * * ?)", /has 5 fields, not 6/],
    ["cron(15 12 * * * *)", /needs \? in day-of-month or in day-of-week/],
    ["cron(15 12 ? * ? *)", /and not in both/],
    ["cron(? 12 * * ? *)", /has \? in a field that is not a day/],
    ["cron(61 12 * * ? *)", /cannot be read/],
    ["cron(0 12 ? * 0 *)", /cannot be read/],
    ["cron(0 12 ? * FRI-MON *)", /cannot be read/],
    ["cron(x 12 * * ? *)", /cannot be read/],
  ];
  for (const [text, message] of refusals) assert.throws(() => parseCron(text), { name: "RangeError", message }, text);
});

test("parseCron() refuses a zone that nobody knows", () => {
  assert.throws(() => parseCron("cron(15 12 * * ? *)", "Europe/Atlantis"), /Expected a time zone such as/);
});
