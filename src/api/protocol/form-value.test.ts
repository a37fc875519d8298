import assert from "node:assert/strict";
import { test } from "node:test";
import { formValue } from "./form-value.ts";
import { boolean, double, list, string, structure, timestamp } from "./shape.ts";

const shape = structure({
  Name: string(),
  Count: double(),
  Whole: boolean(),
  At: timestamp(),
  Pairs: list(structure({ Key: string(), Values: list(double()) })),
});

const parsed = (text: string) => formValue(new URLSearchParams(text), shape);

test("formValue builds structures and lists from dotted names", () => {
  const text =
    "Name=a&Count=1.5&Whole=true&At=2026-01-01T00:00:00Z&Pairs.member.1.Key=x&Pairs.member.2.Values.member.1=7";
  assert.deepEqual(parsed(text), {
    Name: "a",
    Count: 1.5,
    Whole: true,
    At: Date.UTC(2026, 0, 1) / 1000,
    Pairs: [{ Key: "x" }, { Values: [7] }],
  });
});

test("formValue leaves what is of another type for the check of the shape, and what no shape knows out", () => {
  assert.deepEqual(parsed("Count=many&Whole=yes&At=soon&Other=1&__proto__.x=1"), {
    Count: "many",
    Whole: "yes",
    At: "soon",
  });
});

test("formValue takes a list as far as its numbers go without a gap", () => {
  assert.deepEqual(parsed("Pairs.member.1.Key=a&Pairs.member.3.Key=c"), { Pairs: [{ Key: "a" }] });
  assert.deepEqual(parsed("Pairs.member.999999999.Key=c"), { Pairs: [] });
});

test("formValue is not slowed down by a name of many dots", () => {
  const startedAt = performance.now();
  parsed(`${"a.".repeat(500_000)}=1`);
  assert.ok(performance.now() - startedAt < 1_000);
});
