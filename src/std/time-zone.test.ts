import assert from "node:assert/strict";
import { test } from "node:test";
import { instantOfLocal, isTimeZone, zonedFields, zoneOffsetSeconds } from "./time-zone.ts";

test("zonedFields() shows what the wall clock of the zone shows", () => {
  const at = Date.parse("2018-08-27T23:30:15.987Z");
  assert.deepEqual(zonedFields(at, "Asia/Tokyo"), {
    year: 2018,
    month: 8,
    day: 28,
    hour: 8,
    minute: 30,
    second: 15,
    weekday: 2,
    dayOfYear: 240,
    offsetSeconds: 32_400,
  });
  assert.equal(zonedFields(at, "Asia/Kathmandu").minute, 15);
});

test("zonedFields() agrees with Intl's own fields across a year of hours in odd zones", () => {
  for (const timeZone of [
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Europe/London",
    "Pacific/Apia",
    "Africa/Casablanca",
  ]) {
    const intl = new Intl.DateTimeFormat("en-CA", {
      timeZone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    for (let hour = 0; hour < 24 * 366; hour += 5) {
      const at = Date.UTC(2011, 0, 1, hour, 17, 5);
      const fields = zonedFields(at, timeZone);
      const two = (value: number) => String(value).padStart(2, "0");
      const text = `${fields.year}-${two(fields.month)}-${two(fields.day)}, ${two(fields.hour)}:${two(fields.minute)}:${two(fields.second)}`;
      assert.equal(text, intl.format(at));
    }
  }
});

test("zonedFields() counts days of the year in a leap year and before 1970", () => {
  assert.equal(zonedFields(Date.parse("2024-12-31T12:00:00Z"), "UTC").dayOfYear, 366);
  assert.equal(zonedFields(Date.parse("1969-03-01T12:00:00.5Z"), "UTC").dayOfYear, 60);
  assert.equal(zoneOffsetSeconds(Date.UTC(1850, 1, 1), "America/New_York"), -(4 * 3600 + 56 * 60 + 2));
});

test("instantOfLocal() gives the jump for a skipped time and the first of a repeated one", () => {
  const skipped = instantOfLocal({ year: 2024, month: 3, day: 31, hour: 1, minute: 30 }, "Europe/London");
  assert.equal(new Date(skipped).toISOString(), "2024-03-31T01:00:00.000Z");
  const repeated = instantOfLocal({ year: 2024, month: 10, day: 27, hour: 1, minute: 30 }, "Europe/London");
  assert.equal(new Date(repeated).toISOString(), "2024-10-27T00:30:00.000Z");
  const halfHour = instantOfLocal({ year: 2024, month: 10, day: 6, hour: 2, minute: 15 }, "Australia/Lord_Howe");
  assert.equal(new Date(halfHour).toISOString(), "2024-10-05T15:30:00.000Z");
});

test("isTimeZone() takes names of the IANA database and nothing else", () => {
  for (const good of [
    "UTC",
    "Asia/Tokyo",
    "America/Argentina/Buenos_Aires",
    "Etc/GMT+5",
    "US/Pacific",
    "Asia/Kolkata",
  ]) {
    assert.equal(isTimeZone(good), true, good);
  }
  for (const bad of ["", "PST", "JST", "+09:00", "asia/tokyo", "Mars/Olympus", "Asia/Tokyo ", "utc"]) {
    assert.equal(isTimeZone(bad), false, bad);
  }
});
