import assert from "node:assert/strict";
import { test } from "node:test";
import type { ObjectInfo } from "../../storage/object-store.ts";
import { decide, dueAt, isAbandoned } from "./decide.ts";
import type { LifecycleFilter, LifecycleRule } from "./lifecycle-rule.ts";

const DAY_MS = 86_400_000;
const WRITTEN = Date.parse("2026-01-15T10:30:00Z");

type RuleParts = Partial<Omit<LifecycleRule, "filter">> & { readonly filter?: Partial<LifecycleFilter> };

function rule({ filter, ...more }: RuleParts): LifecycleRule {
  return { id: "r", enabled: true, transitions: [], ...more, filter: { prefix: "", tags: {}, ...filter } };
}

function object(more: Partial<ObjectInfo> = {}): ObjectInfo {
  return { key: "logs/a", bytes: 1_000_000, etag: "e", modifiedAt: WRITTEN, metadata: {}, ...more };
}

test("dueAt() adds the days and rounds up to the next midnight, as the example of S3's manual has it", () => {
  assert.equal(new Date(dueAt({ days: 3 }, WRITTEN)).toISOString(), "2026-01-19T00:00:00.000Z");
  assert.equal(new Date(dueAt({ days: 0 }, WRITTEN)).toISOString(), "2026-01-16T00:00:00.000Z");
  const midnight = Date.parse("2026-01-15T00:00:00Z");
  assert.equal(dueAt({ days: 1 }, midnight), midnight + DAY_MS);
  assert.equal(dueAt({ atMs: 5 }, WRITTEN), 5);
});

test("decide() expires from the midnight on at which an object is due, not a moment earlier", () => {
  const rules = [rule({ expiration: { days: 3 } })];
  const due = Date.parse("2026-01-19T00:00:00Z");
  assert.equal(decide(rules, object(), due - 1), undefined);
  assert.deepEqual(decide(rules, object(), due), { action: "expire" });
  const dated = [rule({ expiration: { atMs: due } })];
  assert.equal(decide(dated, object(), due - 1), undefined);
  assert.deepEqual(decide(dated, object({ modifiedAt: due - 1 }), due), { action: "expire" });
});

test("decide() leaves objects alone that no enabled rule means, and those of unknown age", () => {
  const now = WRITTEN + 100 * DAY_MS;
  const expire = { expiration: { days: 1 } };
  const means = (parts: RuleParts, more: Partial<ObjectInfo> = {}) =>
    decide([rule({ ...expire, ...parts })], object(more), now) !== undefined;
  assert.ok(means({}));
  assert.ok(!means({ enabled: false }));
  assert.ok(means({ filter: { prefix: "logs/" } }));
  assert.ok(!means({ filter: { prefix: "log/" } }));
  assert.ok(!means({ filter: { largerThanBytes: 1_000_000 } }));
  assert.ok(means({ filter: { largerThanBytes: 999_999, smallerThanBytes: 1_000_001 } }));
  assert.ok(!means({ filter: { smallerThanBytes: 1_000_000 } }));
  assert.ok(means({ filter: { tags: { team: "a" } } }, { tags: { team: "a", more: "b" } }));
  assert.ok(!means({ filter: { tags: { team: "a" } } }, { tags: { team: "b" } }));
  assert.ok(!means({ filter: { tags: { team: "a" } } }), "a store that tells no tags");
  assert.ok(!means({ filter: { tags: { constructor: "a" } } }, { tags: {} }));
  assert.ok(!means({}, { modifiedAt: 0 }), "a store that tells no time");
});

test("decide() moves to the lowest class that is due, never up, and lets expiry win", () => {
  const rules = [
    rule({
      id: "1",
      transitions: [
        { due: { days: 30 }, storageClass: "STANDARD_IA" },
        { due: { days: 90 }, storageClass: "GLACIER" },
      ],
      expiration: { days: 365 },
    }),
    rule({ id: "2", transitions: [{ due: { days: 60 }, storageClass: "GLACIER_IR" }] }),
  ];
  const at = (days: number, more: Partial<ObjectInfo> = {}) =>
    decide(rules, object(more), WRITTEN + (days + 1) * DAY_MS);
  const to = (storageClass: string) => ({ action: "transition", storageClass });
  assert.equal(at(29), undefined);
  assert.deepEqual(at(30), to("STANDARD_IA"));
  assert.deepEqual(at(60), to("GLACIER_IR"));
  assert.deepEqual(at(90), to("GLACIER"));
  assert.equal(at(90, { storageClass: "GLACIER" }), undefined);
  assert.equal(at(30, { storageClass: "DEEP_ARCHIVE" }), undefined);
  assert.deepEqual(at(30, { storageClass: "STANDARD" }), to("STANDARD_IA"));
  assert.deepEqual(at(365), { action: "expire" });
});

test("decide() moves small objects only where a rule names sizes", () => {
  const transitions = [{ due: { days: 0 }, storageClass: "GLACIER" as const }];
  const now = WRITTEN + DAY_MS;
  const small = object({ bytes: 128 * 1024 - 1 });
  assert.equal(decide([rule({ transitions })], small, now), undefined);
  assert.ok(decide([rule({ transitions })], object({ bytes: 128 * 1024 }), now));
  assert.ok(decide([rule({ transitions, filter: { largerThanBytes: 10 } })], small, now));
});

test("isAbandoned() counts from the beginning of an upload", () => {
  const rules = [rule({ abortUploadsAfterDays: 2, filter: { prefix: "big/" } }), rule({ expiration: { days: 1 } })];
  const upload = { bucket: "lake", key: "big/one", uploadId: "u", startedAt: WRITTEN };
  const due = Date.parse("2026-01-18T00:00:00Z");
  assert.equal(isAbandoned(rules, upload, due - 1), false);
  assert.equal(isAbandoned(rules, upload, due), true);
  assert.equal(isAbandoned(rules, { ...upload, key: "small" }, due), false);
  assert.equal(isAbandoned(rules, { ...upload, startedAt: 0 }, due), false);
});
