import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { processorConformance } from "../../../test/conformance/processor.ts";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import {
  ok,
  type Script,
  ScriptedFunctions,
  type TransformationEvent,
} from "../../../test/fakes/scripted-functions.ts";
import { FunctionError, type FunctionErrorCode } from "../../functions/function-invoker.ts";
import { type Batch, packRecords, recordAt } from "../../model/records.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Outcome, Processor, ProcessorBatch, ProcessorStream } from "../processor.ts";
import { lambdaProcessor } from "./lambda.ts";

const ARN = "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST";

processorConformance({
  definition: lambdaProcessor,
  options: { function: ARN },
  records: ["keep", "drop", "fail", "", "forget"].map((text) => Buffer.from(text)),
  dependencies: processorDependencies({ functions: new ScriptedFunctions((event) => byWord(event)) }),
});

test("LambdaProcessor builds the event of the contract", async () => {
  const { processor, functions } = world((event) => ok(event), {}, { sourceArn: "arn:aws:kinesis:x:stream/s" });
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

test("LambdaProcessor tells the parts of one record apart", async () => {
  const { processor, functions } = world((event) => ok(event));
  const batch = batchOf(["a", "b"]);
  const parts = [0, 0, 1].map((index): Outcome => ({ index, result: "kept", bytes: Buffer.from(`${index}`) }));
  const { outcomes } = await processor.process({ ...batch, outcomes: parts }, never());
  const ids = functions.events[0]?.records.map(({ recordId }) => recordId);
  assert.deepEqual(ids, [idOf(100), idOf(100, 1), idOf(101)]);
  assert.deepEqual(outcomes, parts);
});

test("LambdaProcessor takes results, and rejects each bad entry of a reply by itself", async () => {
  const cases: readonly [JsonObject | undefined, string, string?][] = [
    [{ result: "Ok", data: "eA==" }, "kept x"],
    [{ result: "Ok", data: "" }, "kept "],
    [{ result: "Ok", data: "eHh4\neHh4\r\n" }, "kept xxxxxx"],
    [{ result: "Dropped" }, "dropped"],
    [{ result: "Dropped", data: "!" }, "dropped"],
    [
      { result: "ProcessingFailed", data: "eA==" },
      "Lambda.ProcessingFailedStatus",
      "ProcessingFailed status set for record",
    ],
    [{ result: "ok", data: "eA==" }, "Lambda.InvalidReturnFormat"],
    [{ data: "eA==" }, "Lambda.InvalidReturnFormat"],
    [{ result: "Ok" }, "Lambda.InvalidReturnFormat"],
    [{ result: "Ok", data: null }, "Lambda.InvalidReturnFormat"],
    [{ result: "Ok", data: { a: 1 } }, "Lambda.InvalidReturnFormat"],
    [{ result: "Ok", data: "eA" }, "Lambda.InvalidReturnFormat"],
    [{ result: "Ok", data: "eA=*" }, "Lambda.InvalidReturnFormat"],
    [{ result: "Ok", data: "e_-A" }, "Lambda.InvalidReturnFormat"],
    [{ result: "Ok", data: "eA==eA==" }, "Lambda.InvalidReturnFormat"],
    [undefined, "Lambda.MissingRecordId"],
  ];
  const { processor } = world(({ records }) => ({
    records: records.flatMap(({ recordId }, at) => (cases[at]?.[0] ? [{ recordId, ...cases[at][0] }] : [])).reverse(),
  }));
  const { outcomes } = await processor.process(batchOf(cases.map(() => "x")), never());
  assert.deepEqual(
    outcomes.map(brief),
    cases.map(([, expected]) => expected),
  );
  const failed = outcomes[5];
  assert.deepEqual(failed, {
    index: 5,
    result: "rejected",
    errorType: "processing-failed",
    code: "Lambda.ProcessingFailedStatus",
    message: "ProcessingFailed status set for record",
    attempts: 1,
    details: { lambdaARN: ARN },
  });
});

test("LambdaProcessor makes partition values of partition keys that are strings", async () => {
  const cases: readonly [unknown, Record<string, string> | string | undefined][] = [
    [{ partitionKeys: { a: "1", b: "two" } }, { "lambda:a": "1", "lambda:b": "two" }],
    [{ partitionKeys: {} }, {}],
    [{ partitionKeys: null }, undefined],
    [{ otfMetadata: {} }, undefined],
    [null, undefined],
    [{ partitionKeys: { a: 1 } }, "DynamicPartitioning.MetadataExtractionFailed"],
    [{ partitionKeys: { a: null } }, "DynamicPartitioning.MetadataExtractionFailed"],
    [{ partitionKeys: { a: "" } }, "DynamicPartitioning.MetadataExtractionFailed"],
    [{ partitionKeys: ["a"] }, "DynamicPartitioning.MetadataExtractionFailed"],
  ];
  const { processor } = world(({ records }) => ({
    records: records.map(({ recordId, data }, at) => ({ recordId, result: "Ok", data, metadata: cases[at]?.[0] })),
  }));
  const { outcomes } = await processor.process(batchOf(cases.map(() => "x")), never());
  const found = outcomes.map((outcome) => (outcome.result === "kept" ? outcome.partitionValues : brief(outcome)));
  assert.deepEqual(
    found,
    cases.map(([, expected]) => expected),
  );
});

test("LambdaProcessor rejects a batch for a reply that is no answer, and does not ask again", async () => {
  const replies: readonly [string, string][] = [
    ["", "Lambda.JsonProcessingException"],
    ["<html>", "Lambda.JsonProcessingException"],
    ['{"records":[', "Lambda.JsonProcessingException"],
    ["null", "Lambda.MissingRecordId"],
    ["[]", "Lambda.MissingRecordId"],
    ["{}", "Lambda.MissingRecordId"],
    ['{"records":{}}', "Lambda.MissingRecordId"],
    ['{"records":[null,1,{"recordId":7},{"recordId":"strange","result":"Ok","data":""}]}', "Lambda.MissingRecordId"],
  ];
  for (const [reply, code] of replies) {
    const { processor, functions } = world(() => reply);
    const { outcomes } = await processor.process(batchOf(["a", "b"]), never());
    assert.deepEqual(outcomes.map(brief), [code, code], reply);
    assert.equal(functions.requests.length, 1);
  }
});

test("LambdaProcessor lets one record become many only with fan-out", async () => {
  const script: Script = ({ records: [a, b, c, d] }) => ({
    records: [
      { recordId: b?.recordId, result: "Ok", data: "Yjo=" },
      { recordId: a?.recordId, result: "Ok", data: "YTE=" },
      { recordId: a?.recordId, result: "Dropped" },
      { recordId: a?.recordId, result: "Ok", data: "YTI=" },
      { recordId: c?.recordId, result: "Ok", data: "Yzo=" },
      { recordId: c?.recordId, result: "ProcessingFailed" },
      { recordId: d?.recordId, result: "Dropped" },
      { recordId: d?.recordId, result: "Dropped" },
    ],
  });
  const run = async (options: JsonObject) => {
    const { processor } = world(script, options);
    const { outcomes } = await processor.process(batchOf(["a", "b", "c", "d"]), never());
    return outcomes.map((outcome) => `${outcome.index} ${brief(outcome)}`);
  };
  const duplicated = "Lambda.DuplicatedRecordId";
  assert.deepEqual(await run({}), [`0 ${duplicated}`, "1 kept b:", `2 ${duplicated}`, `3 ${duplicated}`]);
  const failed = "2 Lambda.ProcessingFailedStatus";
  assert.deepEqual(await run({ fanOut: true }), ["0 kept a1", "0 kept a2", "1 kept b:", failed, "3 dropped"]);
});

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
    const { processor, functions } = world(fail, {}, {}, clock);
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
  const { processor } = world(script, { retries: 300 }, {}, clock);
  const result = processor.process(batchOf(["a"]), never());
  await clock.advance(10_000);
  const [outcome] = (await result).outcomes;
  assert.ok(outcome?.result === "rejected");
  assert.deepEqual([outcome.code, outcome.attempts], ["Lambda.ProcessingFailedStatus", 3]);
});

test("LambdaProcessor packs records of calls that overlap, up to the buffer size and the concurrency", async () => {
  const { processor, functions } = world(
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
  const { processor, functions } = world((event) => ok(event));
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
  const { processor, functions } = world((event) => ok(event), options);
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

test("LambdaProcessor sends records in smaller parts until the reply is small enough", async () => {
  const script: Script = (event) => {
    const size = event.records.reduce((sum, { data }) => sum + Buffer.from(data, "base64").length, 0);
    if (size > 10) throw new FunctionError("reply-too-large", "more than 10");
    return ok(event);
  };
  const { processor } = world(script);
  const texts = ["aaaaaaaaa", "b", "c", "ddddddddddd", "e"];
  const { outcomes } = await processor.process(batchOf(texts), never());
  assert.deepEqual(outcomes.map(brief), ["kept aaaaaaaaa", "kept b", "kept c", "Lambda.FunctionError", "kept e"]);
});

test("LambdaProcessor rejects an aborted call at once and leaves those alone that share its invocation", async () => {
  const gate = Promise.withResolvers<void>();
  const { processor, functions } = world(async (event) => {
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
  const { processor, functions } = world(() => new Promise<never>(() => undefined), {
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
  const failing = world(() => Promise.reject(new FunctionError("throttled", "later")), {}, {}, clock);
  const waiting = new AbortController();
  const result = failing.processor.process(batchOf(["a"]), waiting.signal);
  await new Promise(setImmediate);
  waiting.abort(new Error("stopped"));
  await assert.rejects(result, /stopped/);
  await clock.advance(120_000);
  assert.equal(failing.functions.requests.length, 1);
});

test("LambdaProcessor.close() fails what is under way and what waits", async () => {
  const { processor, functions } = world(() => new Promise<never>(() => undefined), {
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
  const { processor } = world((event, _, invocation) => {
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
      const { processor } = world(
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

/** Does with each record what its text says. */
function byWord({ records }: TransformationEvent): object {
  const answers = records.map(({ recordId, data }) => {
    const word = Buffer.from(data, "base64").toString();
    const kept = { recordId, result: "Ok", data: Buffer.from(word.toUpperCase()).toString("base64") };
    if (word === "drop") return [{ recordId, result: "Dropped" }];
    if (word === "fail") return [{ recordId, result: "ProcessingFailed", data }];
    if (word === "forget") return [];
    if (word === "twice") return [kept, kept];
    if (word === "garbage") return [{ ...kept, result: ["?"] }];
    return [kept];
  });
  return { records: answers.flat() };
}

function brief(outcome: Outcome | undefined): string {
  if (outcome?.result === "rejected") return outcome.code;
  return outcome?.result === "kept" ? `kept ${outcome.bytes}` : String(outcome?.result);
}

function world(
  script: Script,
  options: JsonObject = {},
  stream: Partial<ProcessorStream> = {},
  clock = new PretendClock(),
): { readonly processor: Processor; readonly functions: ScriptedFunctions } {
  const functions = new ScriptedFunctions(script);
  const base = processorDependencies({ functions, clock });
  const dependencies = { ...base, stream: { ...base.stream, ...stream } };
  return { processor: lambdaProcessor.create({ function: ARN, ...options }, dependencies), functions };
}

function batchOf(texts: readonly string[], more: Partial<Batch> = {}): ProcessorBatch {
  const packed = packRecords(texts.map((text) => Buffer.from(text)));
  const source: Batch = { ...packed, partition: 0, firstOffset: 100, arrivalMs: 1_000, ...more };
  return { source, outcomes: texts.map((_, index) => ({ index, result: "kept", bytes: recordAt(source, index) })) };
}

function idOf(offset: number, part = 0): string {
  return `0123456789abcdef0123456789abcdef0000${String(offset).padStart(16, "0")}${String(part).padStart(6, "0")}`;
}

function never(): AbortSignal {
  return new AbortController().signal;
}
