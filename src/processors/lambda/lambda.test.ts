import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { ARN, batchOf, brief, byWord, idOf, lambdaWorld, never } from "../../../test/fakes/lambda-world.ts";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import { ok, type Script, ScriptedFunctions } from "../../../test/fakes/scripted-functions.ts";
import { FunctionError } from "../../functions/function-invoker.ts";
import type { Outcome } from "../processor.ts";
import { lambdaProcessor } from "./lambda.ts";

processorConformance({
  definition: lambdaProcessor,
  options: { function: ARN },
  records: ["keep", "drop", "fail", "", "forget"].map((text) => Buffer.from(text)),
  dependencies: processorDependencies({ functions: new ScriptedFunctions((event) => byWord(event)) }),
});

test("LambdaProcessor builds the event of the contract", async () => {
  const { processor, functions } = lambdaWorld((event) => ok(event), {}, { sourceArn: "arn:aws:kinesis:x:stream/s" });
  const origin = { streamUid: "u", offsets: [7, 7], arrivalsMs: [1_495_072_949_453, 5], stage: "processors" } as const;
  await processor.process(batchOf(["a", ""], { origin, firstOffset: 41, arrivalMs: 9 }), never());
  const [event] = functions.events;
  assert.match(event?.invocationId ?? "", /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual(event, {
    invocationId: event?.invocationId,
    deliveryStreamArn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/clicks",
    region: "us-east-1",
    sourceKinesisStreamArn: "arn:aws:kinesis:x:stream/s",
    records: [
      { recordId: idOf(41), approximateArrivalTimestamp: 1_495_072_949_453, data: "YQ==" },
      { recordId: idOf(42), approximateArrivalTimestamp: 5, data: "" },
    ],
  });
  const [request] = functions.requests;
  assert.equal(request?.functionArn, ARN);
  assert.equal(request?.replyBytesMax, 6_291_556);
});

test("LambdaProcessor calls under the digest that it is planned with", async () => {
  const planned = lambdaWorld((event) => ok(event), { code: "abc" });
  await planned.processor.process(batchOf(["a"]), never());
  const bare = lambdaWorld((event) => ok(event));
  await bare.processor.process(batchOf(["a"]), never());
  assert.deepEqual(
    [planned, bare].map(({ functions }) => functions.requests[0]?.code),
    ["abc", undefined],
  );
});

test("LambdaProcessor tells the parts of one record apart", async () => {
  const { processor, functions } = lambdaWorld((event) => ok(event));
  const batch = batchOf(["a", "b"]);
  const parts = [0, 0, 1].map((index): Outcome => ({ index, result: "kept", bytes: Buffer.from(`${index}`) }));
  const { outcomes } = await processor.process({ ...batch, outcomes: parts }, never());
  const ids = functions.events[0]?.records.map(({ recordId }) => recordId);
  assert.deepEqual(ids, [idOf(100), idOf(100, 1), idOf(101)]);
  assert.deepEqual(outcomes, parts);
});

test("LambdaProcessor packs records of calls that overlap, up to the buffer size and the concurrency", async () => {
  const { processor, functions } = lambdaWorld(
    async (event) => {
      await new Promise(setImmediate);
      return ok(event, (text) => text.toUpperCase());
    },
    { bufferBytes: 1024, concurrency: 2 },
  );
  const texts = (call: number) => Array.from({ length: 7 }, (_, at) => `${call}:${at}:`.padEnd(100 + at, "x"));
  const calls = Array.from({ length: 9 }, (_, call) =>
    processor.process(batchOf(texts(call), { firstOffset: call * 7 }), never()),
  );
  for (const [call, { outcomes }] of (await Promise.all(calls)).entries()) {
    assert.deepEqual(
      outcomes.map(brief),
      texts(call).map((text) => `kept ${text.toUpperCase()}`),
    );
  }
  assert.equal(functions.underWayMax, 2);
  const sizes = functions.events.map(({ records }) => records.length);
  assert.ok(
    sizes.slice(0, -1).every((size) => size === 9 || size === 10),
    String(sizes),
  );
});

test("LambdaProcessor lets calls share an invocation that come from another processor together", async () => {
  const { processor, functions } = lambdaWorld((event) => ok(event));
  const run = async (call: number) => {
    for (let turn = 0; turn < 7; turn++) await Promise.resolve();
    return processor.process(batchOf(["x"], { firstOffset: call }), never());
  };
  await Promise.all([0, 1, 2].map(run));
  assert.deepEqual(
    functions.events.map(({ records }) => records.length),
    [3],
  );
});

test("LambdaProcessor sends a large record alone, and rejects one that no event can hold", async () => {
  const options = { bufferBytes: 1024, payloadBytesMax: 4096 };
  const { processor, functions } = lambdaWorld((event) => ok(event), options);
  const { outcomes } = await processor.process(
    batchOf(["a", "b".repeat(2000), "c".repeat(3000), "d", "e".repeat(50_000)]),
    never(),
  );
  const codes = outcomes.map((outcome) => (outcome.result === "rejected" ? outcome.code : outcome.result));
  assert.deepEqual(codes, ["kept", "kept", "Lambda.RequestTooLarge", "kept", "Lambda.RequestTooLarge"]);
  assert.deepEqual(
    functions.events.map(({ records }) => records.length),
    [1, 1, 1],
  );
  for (const { payload } of functions.requests) assert.ok(payload.length <= 4096);
});

test("LambdaProcessor rejects an aborted call at once and leaves those alone that share its invocation", async () => {
  const gate = Promise.withResolvers<void>();
  const { processor, functions } = lambdaWorld(async (event) => {
    await gate.promise;
    return ok(event);
  });
  const [one, other] = [new AbortController(), new AbortController()];
  const aborted = processor.process(batchOf(["a"]), one.signal);
  const patient = processor.process(batchOf(["b"], { firstOffset: 1 }), other.signal);
  await new Promise(setImmediate);
  assert.equal(functions.requests.length, 1);
  one.abort(new Error("enough"));
  await assert.rejects(aborted, /enough/);
  assert.equal(functions.requests[0]?.signal.aborted, false);
  gate.resolve();
  assert.deepEqual((await patient).outcomes.map(brief), ["kept b"]);
  await assert.rejects(processor.process(batchOf(["a"]), one.signal), /enough/);
});

test("LambdaProcessor ends invocations, waits and queues that nobody waits for any more", async () => {
  const { processor, functions } = lambdaWorld(() => new Promise<never>(() => undefined), {
    concurrency: 1,
    bufferBytes: 1024,
  });
  const controller = new AbortController();
  const results = [0, 1].map((call) =>
    processor.process(batchOf(["x".repeat(1024)], { firstOffset: call }), controller.signal),
  );
  await new Promise(setImmediate);
  controller.abort(new Error("enough"));
  for (const result of results) await assert.rejects(result, /enough/);
  assert.equal(functions.requests.length, 1);
  assert.equal(functions.requests[0]?.signal.aborted, true);
  const clock = new PretendClock();
  const failing = lambdaWorld(() => Promise.reject(new FunctionError("throttled", "later")), {}, {}, clock);
  const waiting = new AbortController();
  const result = failing.processor.process(batchOf(["a"]), waiting.signal);
  await new Promise(setImmediate);
  waiting.abort(new Error("stopped"));
  await assert.rejects(result, /stopped/);
  await clock.advance(120_000);
  assert.equal(failing.functions.requests.length, 1);
});

test("LambdaProcessor.close() fails what is under way and what waits", async () => {
  const { processor, functions } = lambdaWorld(() => new Promise<never>(() => undefined), {
    concurrency: 1,
    bufferBytes: 1024,
  });
  const results = [0, 1].map((call) => processor.process(batchOf(["x".repeat(1024)], { firstOffset: call }), never()));
  await new Promise(setImmediate);
  await processor.close();
  assert.equal(functions.requests[0]?.signal.aborted, true);
  for (const result of results) await assert.rejects(result, /closed/);
  await assert.rejects(processor.process(batchOf(["x"]), never()), /closed/);
});

test("LambdaProcessor passes on what breaks the invoker's contract, and goes on with the next call", async () => {
  const { processor } = lambdaWorld((event, _, invocation) => {
    if (invocation === 1) throw new TypeError("a bug");
    return ok(event);
  });
  await assert.rejects(processor.process(batchOf(["a"]), never()), /a bug/);
  assert.deepEqual((await processor.process(batchOf(["a"]), never())).outcomes.map(brief), ["kept a"]);
});

test("LambdaProcessor gives each record exactly one fate, whatever functions say and in whatever order", async () => {
  const fate = fc.constantFrom("keep", "drop", "fail", "forget", "twice", "garbage");
  const calls = fc.array(fc.array(fate, { maxLength: 8 }), { minLength: 1, maxLength: 6 });
  const property = fc.asyncProperty(
    calls,
    fc.array(fc.nat(9)),
    fc.integer({ min: 1, max: 4 }),
    async (texts, moods, concurrency) => {
      const clock = new PretendClock();
      const script: Script = async (event, _, invocation) => {
        const mood = moods[invocation % (moods.length + 1)] ?? 9;
        for (let turn = 0; turn < mood; turn++) await Promise.resolve();
        if (mood === 1) throw new FunctionError("function-error", "moody");
        if (mood === 2) return "garbage";
        return byWord(event);
      };
      const { processor } = lambdaWorld(
        script,
        { bufferBytes: 1024, concurrency, retries: 1, payloadBytesMax: 1500 },
        {},
        clock,
      );
      let firstOffset = 0;
      const results = texts.map((words) => {
        const result = processor.process(batchOf(words, { firstOffset }), never());
        firstOffset += words.length;
        return result;
      });
      const all = Promise.all(results);
      await clock.advance(600_000);
      for (const [call, { outcomes }] of (await all).entries()) {
        const words = texts[call] ?? [];
        assert.deepEqual(
          outcomes.map(({ index }) => index),
          [...words.keys()],
        );
        for (const { index, ...outcome } of outcomes) {
          const wholesale = ["Lambda.FunctionError", "Lambda.JsonProcessingException"];
          const found = brief({ ...outcome, index } as Outcome);
          assert.ok(wholesale.includes(found) || found === FATES[words[index] ?? ""], `${words[index]}: ${found}`);
        }
      }
    },
  );
  await fc.assert(property, { numRuns: 150 });
});

const FATES: Readonly<Record<string, string>> = {
  keep: "kept KEEP",
  drop: "dropped",
  fail: "Lambda.ProcessingFailedStatus",
  forget: "Lambda.MissingRecordId",
  twice: "Lambda.DuplicatedRecordId",
  garbage: "Lambda.InvalidReturnFormat",
};
