import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { FunctionOutputs } from "./function-outputs.ts";

function printed(outputs: FunctionOutputs, name: string, line: string) {
  outputs.observe("function.outputWritten", { function: name, invocationId: "i", channel: "stdout", line });
}

test("FunctionOutputs keeps the last lines of each function, and cuts what is too long", () => {
  const clock = new PretendClock();
  const outputs = new FunctionOutputs(clock);
  for (let line = 0; line < 600; line++) printed(outputs, "a", String(line));
  printed(outputs, "b", "x".repeat(9000));
  assert.deepEqual(
    [outputs.of("a").length, outputs.of("a")[0]?.line, outputs.of("a").at(-1)?.line],
    [500, "100", "599"],
  );
  assert.deepEqual([outputs.of("b")[0]?.line.length, outputs.of("b")[0]?.at], [4096, clock.now()]);
  assert.deepEqual(outputs.of("c"), []);
});

test("FunctionOutputs forgets the function that was silent the longest", () => {
  const outputs = new FunctionOutputs(new PretendClock());
  for (let at = 0; at < 200; at++) printed(outputs, `f${at}`, "line");
  printed(outputs, "f0", "again");
  printed(outputs, "new", "line");
  assert.deepEqual([outputs.of("f0").length, outputs.of("f1").length, outputs.of("new").length], [2, 0, 1]);
});
