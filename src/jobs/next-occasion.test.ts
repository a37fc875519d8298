import assert from "node:assert/strict";
import { test } from "node:test";
import { jobSettingsSchema } from "./job-definition.ts";
import { nextOccasion } from "./next-occasion.ts";

const NOON = Date.UTC(2026, 10, 22, 12);

function job(settings: object) {
  return { name: "nightly", ...jobSettingsSchema.parse({ kind: "sql", ...settings }) };
}

const triggers = [
  { type: "schedule", cron: "cron(0 3 * * ? *)" },
  { type: "schedule", cron: "cron(30 14 * * ? *)", zone: "Europe/London" },
  { type: "after", jobs: ["daily"] },
];

test("nextOccasion() is the first time of all schedules", () => {
  assert.equal(nextOccasion(job({ triggers }), NOON), Date.UTC(2026, 10, 22, 14, 30));
});

test("nextOccasion() of a job that the clock does not start is nobody's to know", () => {
  assert.equal(nextOccasion(job({ triggers: triggers.slice(2) }), NOON), undefined);
  assert.equal(nextOccasion(job({ triggers, enabled: false }), NOON), undefined);
});
