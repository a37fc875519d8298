import assert from "node:assert/strict";
import { test } from "node:test";
import { nextWallClock, previousWallClock, type WallClockTime } from "./wall-clock-schedule.ts";

const HOUR_MS = 3_600_000;

/** Every instant of the schedule between two dates, by walking `nextWallClock`. */
function instants(at: WallClockTime, from: string, to: string): string[] {
  const found: string[] = [];
  for (let next = nextWallClock(at, Date.parse(from)); next < Date.parse(to); next = nextWallClock(at, next)) {
    found.push(new Date(next).toISOString().slice(0, 16));
  }
  return found;
}

test("nextWallClock() keeps the local time over both changes of daylight saving", () => {
  const london = { time: "08:30", timeZone: "Europe/London" };
  assert.deepEqual(instants(london, "2024-03-30T00:00Z", "2024-04-02T00:00Z"), [
    "2024-03-30T08:30",
    "2024-03-31T07:30",
    "2024-04-01T07:30",
  ]);
  assert.deepEqual(instants(london, "2024-10-26T00:00Z", "2024-10-29T00:00Z"), [
    "2024-10-26T07:30",
    "2024-10-27T08:30",
    "2024-10-28T08:30",
  ]);
});

test("nextWallClock() fires at the jump when the time is skipped", () => {
  const newYork = { time: "02:30", timeZone: "America/New_York" };
  assert.deepEqual(instants(newYork, "2024-03-09T00:00Z", "2024-03-12T00:00Z"), [
    "2024-03-09T07:30",
    "2024-03-10T07:00",
    "2024-03-11T06:30",
  ]);
  const lordHowe = { time: "02:10", timeZone: "Australia/Lord_Howe" };
  assert.deepEqual(instants(lordHowe, "2024-10-04T20:00Z", "2024-10-06T20:00Z"), [
    "2024-10-05T15:30",
    "2024-10-06T15:10",
  ]);
});

test("nextWallClock() fires once, the first time, when the time is repeated", () => {
  const newYork = { time: "01:30", timeZone: "America/New_York" };
  assert.deepEqual(instants(newYork, "2024-11-02T00:00Z", "2024-11-05T00:00Z"), [
    "2024-11-02T05:30",
    "2024-11-03T05:30",
    "2024-11-04T06:30",
  ]);
  const midnight = { time: "23:30", timeZone: "America/Havana" };
  assert.equal(instants(midnight, "2024-11-01T12:00Z", "2024-11-06T12:00Z").length, 5);
});

test("nextWallClock() is right at midnight where midnight is skipped", () => {
  const santiago = { time: "00:00", timeZone: "America/Santiago" };
  assert.deepEqual(instants(santiago, "2024-09-07T00:00Z", "2024-09-10T00:00Z"), [
    "2024-09-07T04:00",
    "2024-09-08T04:00",
    "2024-09-09T03:00",
  ]);
});

test("previousWallClock() is the inverse of nextWallClock() at every hour of two years in several zones", () => {
  for (const timeZone of [
    "Europe/London",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kolkata",
  ]) {
    for (const time of ["00:00", "01:30", "02:10", "08:30", "23:59"]) {
      const at = { time, timeZone };
      for (let instant = Date.UTC(2024, 0, 1); instant < Date.UTC(2025, 0, 3); instant += 7 * HOUR_MS) {
        const next = nextWallClock(at, instant);
        const previous = previousWallClock(at, instant);
        assert.ok(previous <= instant && instant < next, `${timeZone} ${time} ${instant}`);
        assert.ok(next - previous <= 25 * HOUR_MS && next - previous >= 23 * HOUR_MS - HOUR_MS);
        assert.equal(previousWallClock(at, next), next);
        assert.equal(nextWallClock(at, previous), next);
      }
    }
  }
});
