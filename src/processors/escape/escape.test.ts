import assert from "node:assert/strict";
import { test } from "node:test";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { escapeBytes, escapeProcessor } from "./escape.ts";

processorConformance({
  definition: escapeProcessor,
  options: {},
  records: ["plain", "a\tb", "a\nb\n", "", "\n", "\n\n\t"].map((text) => Buffer.from(text)),
});

test("escapeBytes() replaces line feeds and tabs and keeps a line feed at the end", () => {
  const examples: readonly [string, string][] = [
    ["a\tb\nc", "a\\tb\\nc"],
    ["a\nb\n", "a\\nb\n"],
    ["\n", "\n"],
    ["\n\n", "\\n\n"],
    ["a\t", "a\\t"],
    ["a\r\n", "a\r\n"],
    ["a\\n", "a\\n"],
    ["", ""],
    ["\u00e9\t\u{1f600}", "\u00e9\\t\u{1f600}"],
  ];
  for (const [record, expected] of examples) assert.equal(escapeBytes(Buffer.from(record)).toString(), expected);
});

test("escapeBytes() copies nothing when there is nothing to replace", () => {
  const bytes = Buffer.from("plain line\n");
  assert.equal(escapeBytes(bytes), bytes);
});
