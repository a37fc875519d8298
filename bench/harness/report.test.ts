import assert from "node:assert/strict";
import { test } from "node:test";
import { atLeast, atMost, type Question } from "../question.ts";
import { answerText } from "./report.ts";

const QUESTION: Question = { name: "speed", asks: "How fast?", run: () => Promise.reject(new Error("not asked")) };

test("answerText has ratios with their limits first, then a table", () => {
  const text = answerText(QUESTION, {
    checks: [
      { what: "ours / theirs", value: 2.104, limit: atLeast(2) },
      { what: "wait", value: 20, unit: "ms", limit: atMost(15, "goal") },
      { what: "plain", value: 0.5 },
    ],
    rows: [
      { name: "ours", values: { "MB/s": 350.4, "p50 ms": 0.25 } },
      { name: "theirs", values: { "MB/s": 12_345 } },
    ],
    notes: ["a note"],
  });
  assert.deepEqual(
    text.split("\n").map((line) => line.trim().replace(/ {2,}/g, " | ")),
    [
      "== speed: How fast?",
      "ours / theirs | 2.10 | floor at least 2.00 | met",
      "wait | 20.0 ms | goal at most 15.0 | NOT MET",
      "plain | 0.500",
      "",
      "MB/s | p50 ms",
      "ours | 350 | 0.250",
      "theirs | 12,345 | -",
      "a note",
      "",
    ],
  );
});
