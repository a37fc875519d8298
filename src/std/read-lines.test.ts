import assert from "node:assert/strict";
import { test } from "node:test";
import { readLines } from "./read-lines.ts";

async function lines(...chunks: string[]): Promise<string[]> {
  const input = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const found: string[] = [];
  for await (const line of readLines(input)) found.push(line.toString());
  return found;
}

test("readLines joins lines over chunks and keeps their line feeds", async () => {
  assert.deepEqual(await lines("a\nb", "", "c", "\n\nd"), ["a\n", "bc\n", "\n", "d"]);
  assert.deepEqual(await lines(), []);
});
