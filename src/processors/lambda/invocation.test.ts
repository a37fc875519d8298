import assert from "node:assert/strict";
import { test } from "node:test";
import { batchOf, brief, lambdaWorld, never } from "../../../test/fakes/lambda-world.ts";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { ok, type Script } from "../../../test/fakes/scripted-functions.ts";
import { FunctionError, type FunctionErrorCode } from "../../functions/function-invoker.ts";
import { isTooLarge } from "./invocation.ts";

test("LambdaProcessor tries again what may get better, under new invocation ids and the same record ids", async () => {
  const codes: readonly [FunctionErrorCode, string, number][] = [
    ["function-error", "Lambda.FunctionError", 4],
    ["timeout", "Lambda.FunctionError", 4],
    ["throttled", "Lambda.InvokeLimitExceeded", 4],
    ["unreachable", "Lambda.Unreachable", 4],
    ["reply-too-large", "Lambda.FunctionError", 1],
    ["request-too-large", "Lambda.RequestTooLarge", 1],
    ["not-found", "Lambda.ResourceNotFound", 1],
    ["denied", "Lambda.InvokeAccessDenied", 1],
  ];
  for (const [code, wire, attempts] of codes) {
    const clock = new PretendClock();
    const fail: Script = () => {
      throw new FunctionError(code, "because");
    };
    const { processor, functions } = lambdaWorld(fail, {}, {}, clock);
    const result = processor.process(batchOf(["a"]), never());
    await clock.advance(120_000);
    const [outcome] = (await result).outcomes;
    assert.ok(outcome?.result === "rejected");
    assert.deepEqual([outcome.code, outcome.attempts], [wire, attempts]);
    assert.match(outcome.message, /because$/);
    assert.equal(functions.events.length, attempts);
    assert.equal(new Set(functions.events.map(({ invocationId }) => invocationId)).size, attempts);
    assert.equal(new Set(functions.events.map(({ records }) => JSON.stringify(records))).size, 1);
  }
});

test("LambdaProcessor is content with a late success", async () => {
  const clock = new PretendClock();
  const script: Script = (event, _, invocation) => {
    if (invocation <= 2) throw new FunctionError("function-error", "not yet");
    return { records: [{ recordId: event.records[0]?.recordId, result: "ProcessingFailed" }] };
  };
  const { processor } = lambdaWorld(script, { retries: 300 }, {}, clock);
  const result = processor.process(batchOf(["a"]), never());
  await clock.advance(10_000);
  const [outcome] = (await result).outcomes;
  assert.ok(outcome?.result === "rejected");
  assert.deepEqual([outcome.code, outcome.attempts], ["Lambda.ProcessingFailedStatus", 3]);
});

test("LambdaProcessor sends records in smaller parts until the reply is small enough", async () => {
  const script: Script = (event) => {
    const size = event.records.reduce((sum, { data }) => sum + Buffer.from(data, "base64").length, 0);
    if (size > 10) throw new FunctionError("reply-too-large", "more than 10");
    return ok(event);
  };
  const { processor } = lambdaWorld(script);
  const texts = ["aaaaaaaaa", "b", "c", "ddddddddddd", "e"];
  const { outcomes } = await processor.process(batchOf(texts), never());
  assert.deepEqual(outcomes.map(brief), ["kept aaaaaaaaa", "kept b", "kept c", "Lambda.FunctionError", "kept e"]);
});

test("isTooLarge() names what fewer records may mend", () => {
  assert.ok(isTooLarge(new FunctionError("reply-too-large", "")));
  assert.ok(isTooLarge(new FunctionError("request-too-large", "")));
  assert.equal(isTooLarge(new FunctionError("timeout", "")), false);
});
