import assert from "node:assert/strict";
import { test } from "node:test";
import { settingsOf, streamSettingsSchema } from "./settings.ts";
import { StreamError } from "./stream-error.ts";

const good: [string, string, unknown][] = [
  ["roll-size", "512MB", 512_000_000],
  ["roll-size", "1.5 GiB", 1_610_612_736],
  ["roll-size-of", "encoded", "encoded"],
  ["roll-records", "100000", 100_000],
  ["roll-age", "15m", 900_000],
  ["roll-age", "1h30m", 5_400_000],
  ["roll-age", "0s", 0],
  ["roll-age", "off", "off"],
  ["roll-idle", "6h", 21_600_000],
  ["roll-at", "08:30 Europe/London", { time: "08:30", timeZone: "Europe/London" }],
  ["roll-at", "23:59", { time: "23:59", timeZone: "UTC" }],
  ["drain-timeout", "0s", 0],
  ["retention", "7d", 604_800_000],
  ["budget", "20GB", 20_000_000_000],
  ["rate-bytes", "5MiB", 5_242_880],
  ["escape", "newline-tab", "newline-tab"],
  ["compression", "zstd", "zstd"],
  ["compression-level", "19", 19],
  ["acl", "bucket-owner-full-control", "bucket-owner-full-control"],
];

for (const [name, text, value] of good) {
  test(`settingsOf() reads ${name} = "${text}"`, () => {
    assert.deepEqual(settingsOf({}, { [`lakehose:${name}`]: text }), { [name]: value });
  });
}

const bad: [string, string, RegExp][] = [
  [
    "roll-size",
    "6GB",
    /^Setting lakehose:roll-size: expected a value from 1 to 5000000000 such as "512MB", got "6GB"$/,
  ],
  ["roll-size", "big", /lakehose:roll-size: expected a size with a unit/],
  ["roll-size", "5parsecs", /expected a size with a unit/],
  ["roll-age", "15", /^Setting lakehose:roll-age: expected a length of time with a unit .* got "15"$/],
  ["roll-records", "many", /expected a whole number/],
  ["roll-at", "24:00 Europe/London", /expected a time of day and a time zone/],
  ["roll-at", "08:30 Europe/Nowhere", /expected a time of day and a time zone/],
  ["roll-sise", "5MB", /^There is no setting lakehose:roll-sise\. There are: roll-size, /],
  ["budget", "1MB", /expected a value from 16777216/],
  ["escape", "all", /lakehose:escape/],
];

for (const [name, text, message] of bad) {
  test(`settingsOf() refuses ${name} = "${text}" and names the setting`, () => {
    assert.throws(
      () => settingsOf({}, { [`lakehose:${name}`]: text }),
      (error) => error instanceof StreamError && error.code === "invalid" && message.test(error.message),
    );
  });
}

test("settingsOf() lets tags win over extensions and ignores other tags", () => {
  const settings = settingsOf({ "roll-records": 10, "roll-idle": "1h" }, { "lakehose:roll-records": "20", team: "x" });
  assert.deepEqual(settings, { "roll-records": 20, "roll-idle": 3_600_000 });
});

test("streamSettingsSchema has a description and an example that it accepts for every setting", () => {
  for (const [name, schema] of Object.entries(streamSettingsSchema.shape)) {
    const meta = schema.unwrap().meta();
    const examples = (meta?.examples ?? []) as unknown[];
    assert.ok(meta?.description, name);
    for (const example of examples) {
      assert.ok(schema.safeParse(example).success, `${name}: ${String(example)}`);
      if (typeof example === "string") assert.match(example, /^[A-Za-z0-9 _.:/=+\-@%]+$/, name);
    }
    assert.ok(examples.length > 0, name);
  }
});

test("partition keys are read in the words of tags and of YAML", () => {
  const keysOf = (text: string) => settingsOf({ "partition-keys": text }, {})["partition-keys"];
  const padded = { name: "loc", path: ["trip", "id"], format: "%03d" };
  assert.deepEqual(keysOf("loc=.trip.id|%03d"), [padded]);
  assert.deepEqual(keysOf("loc=.trip.id:%03d"), [padded]);
  assert.deepEqual(keysOf("loc=trip.id|%03d|none kind=.type||other, x=.a"), [
    { ...padded, default: "none" },
    { name: "kind", path: ["type"], default: "other" },
    { name: "x", path: ["a"] },
  ]);
  assert.deepEqual(keysOf("loc|%d"), [{ name: "loc", format: "%d" }]);
  for (const bad of ["", "=.a", "a=", "a=.b|%s", "a=.b|%03d|x|y", "a=.b..c"]) {
    assert.throws(() => keysOf(bad), /expected keys such as/, bad);
  }
});
