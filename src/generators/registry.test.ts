import assert from "node:assert/strict";
import { test } from "node:test";
import { generate, generators } from "./registry.ts";

const START_MS = Date.parse("2020-01-20T08:00:00Z");

/** Bytes of an event: the smallest, the largest, and the mean over a hundred or so. */
const SIZES: Readonly<Record<string, readonly [number, number, number, number]>> = {
  "access-log": [80, 280, 150, 220],
  iot: [850_000, 950_000, 880_000, 920_000],
  "pm-xml": [1_000, 12_000, 2_000, 6_000],
  taxi: [370, 420, 388, 398],
  ticker: [60, 90, 65, 85],
  waf: [900, 1_700, 1_000, 1_500],
};

for (const { name, summary } of generators) {
  test(`${name} gives the same events for the same seed, and others for another`, () => {
    assert.match(summary, /^[A-Z].*\.$/);
    const first = take(name, 4, { seed: 1 });
    assert.deepEqual(take(name, 4, { seed: 1 }), first);
    assert.notDeepEqual(take(name, 4, { seed: 2 }), first);
    assert.equal(new Set(first.map(String)).size, 4);
  });

  test(`${name} gives events of the size that real ones have`, () => {
    const sizes = take(name, name === "iot" ? 5 : 300, { seed: 3 }).map((event) => event.length);
    const [least = 0, most = 0, meanLeast = 0, meanMost = 0] = SIZES[name] ?? [];
    const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
    const seen = `${Math.min(...sizes)} to ${Math.max(...sizes)}, mean ${mean}`;
    assert.ok(Math.min(...sizes) >= least && Math.max(...sizes) <= most, seen);
    assert.ok(mean >= meanLeast && mean <= meanMost, seen);
  });

  test(`${name} spoils about the share of events that is asked for`, () => {
    const count = name === "iot" ? 8 : 400;
    const good = take(name, count, { seed: 4 }).filter((event) => isWell(name, event)).length;
    assert.equal(good, count);
    const mixed = take(name, count, { seed: 4, badShare: 0.25 }).filter((event) => isWell(name, event)).length;
    if (count > 100) assert.ok(mixed > count * 0.65 && mixed < count * 0.85, `${mixed} of ${count}`);
    assert.equal(take(name, count, { seed: 4, badShare: 1 }).filter((event) => isWell(name, event)).length, 0);
  });
}

test("generate() lets time go on from the start by the interval", () => {
  const times = take("waf", 3, { seed: 1, intervalMs: 500 }).map((event) => JSON.parse(event.toString()).timestamp);
  assert.deepEqual(times, [START_MS, START_MS + 500, START_MS + 1000]);
});

test("generate() names the generators when there is none of that name", () => {
  assert.throws(() => generate("weather", { seed: 1, startMs: 0 }), {
    code: "unknown-generator",
    message: /access-log, iot, pm-xml, taxi, ticker, waf; got weather/,
  });
});

test("access-log writes the time as web servers do, nothing as a dash, and what is no request", () => {
  const lines = take("access-log", 2000, { seed: 7 }).map(String);
  assert.match(lines[0] ?? "", / \[20\/Jan\/2020:08:00:00 \+0000\] "/);
  for (const part of [' 304 - "', ' "-" "', " - ada [", '(compatible; \\"Indexer\\"/2.1;', '"\\x16\\x03']) {
    const having = lines.filter((line) => line.includes(part)).length;
    assert.ok(having > 0 && having < lines.length, part);
  }
});

test("waf repeats header names in other cases, and mostly matches no rule", () => {
  const events = take("waf", 400, { seed: 5 }).map((event) => JSON.parse(event.toString()));
  const repeats = events.filter(({ httpRequest }) => {
    const names: string[] = httpRequest.headers.map(({ name }: { name: string }) => name.toLowerCase());
    return new Set(names).size < names.length;
  });
  assert.ok(repeats.length > 40);
  assert.ok(events.filter(({ terminatingRuleId }) => terminatingRuleId === "Default_Action").length > 200);
});

test("pm-xml writes both spellings and leaves parts out", () => {
  const files = take("pm-xml", 60, { seed: 6 }).map(String);
  for (const part of [
    "<measTypes>",
    "<measType p=",
    "<measResults>",
    "<r p=",
    "<suspect>",
    "vendorName=",
    "measInfoId=",
  ]) {
    const having = files.filter((file) => file.includes(part)).length;
    assert.ok(having > 0 && having < files.length + 1, part);
  }
  assert.ok(files.some((file) => !file.includes("vendorName=")));
  const [first = ""] = files;
  assert.ok(
    first.includes('beginTime="2020-01-20T07:45:00+00:00"') && first.includes('endTime="2020-01-20T08:00:00+00:00"'),
  );
});

function take(
  name: string,
  count: number,
  options: { seed: number; badShare?: number; intervalMs?: number },
): Buffer[] {
  const events = generate(name, { startMs: START_MS, ...options });
  return Array.from({ length: count }, () => events.next().value);
}

const COMBINED =
  /^\S+ - \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}(:\d\d){3} \+0000\] "(\\.|[^"\\])*" \d{3} (\d+|-)( "(\\.|[^"\\])+"){2}$/;

/** Whether an event is whole and has what its kind always has. */
function isWell(name: string, event: Buffer): boolean {
  const text = event.toString();
  if (name === "access-log") return COMBINED.test(text);
  if (name === "pm-xml") return text.startsWith("<?xml") && text.endsWith("</measCollecFile>\n");
  try {
    return Object.keys(JSON.parse(text)).length > 0;
  } catch {
    return false;
  }
}
