import assert from "node:assert/strict";
import { test } from "node:test";
import { OutputLines } from "./output-lines.ts";

function collect() {
  const lines: string[] = [];
  const output = new OutputLines((channel, line) => lines.push(`${channel} ${line}`));
  const write = (text: string) => output.write("stdout", Buffer.from(text));
  return { lines, output, write };
}

test("OutputLines puts lines together from pieces and shows the last one without an end", () => {
  const { lines, output, write } = collect();
  for (const piece of ["fir", "st\nsec", "ond\r\n\nthi", "rd"]) write(piece);
  output.write("stderr", Buffer.from("apart\n"));
  output.settle();
  assert.deepEqual(lines, ["stdout first", "stdout second", "stderr apart", "stdout third"]);
});

test("OutputLines stops a flood and says how much of it is not shown; the next call has room again", () => {
  const { lines, output, write } = collect();
  const line = `${"x".repeat(1023)}\n`;
  for (let count = 0; count < 1000; count++) write(line);
  output.settle();
  assert.equal(lines.length, 65);
  assert.equal(lines.at(-1), `stderr (${936 * 1024} more bytes of output are not shown)`);
  output.begin();
  write("again\n");
  assert.equal(lines.at(-1), "stdout again");
});

test("OutputLines cuts a line that never ends", () => {
  const { lines, output, write } = collect();
  for (let count = 0; count < 100; count++) write("y".repeat(1000));
  output.settle();
  assert.equal(lines[0]?.length, "stdout ".length + 8192);
  assert.match(lines[1] ?? "", /more bytes of output are not shown/);
});

test("OutputLines gives empty lines no free room", () => {
  const { lines, output, write } = collect();
  for (let count = 0; count < 10; count++) write("\n".repeat(50_000));
  write("after\n");
  output.settle();
  assert.equal(lines.length, 1);
});
