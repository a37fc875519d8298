import assert from "node:assert/strict";
import { test } from "node:test";
import { ARN, batchOf, brief, lambdaWorld, never } from "../../../test/fakes/lambda-world.ts";
import type { Script } from "../../../test/fakes/scripted-functions.ts";
import type { JsonObject } from "../../std/json.ts";

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
  const { processor } = lambdaWorld(({ records }) => ({
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
  const { processor } = lambdaWorld(({ records }) => ({
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
    const { processor, functions } = lambdaWorld(() => reply);
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
    const { processor } = lambdaWorld(script, options);
    const { outcomes } = await processor.process(batchOf(["a", "b", "c", "d"]), never());
    return outcomes.map((outcome) => `${outcome.index} ${brief(outcome)}`);
  };
  const duplicated = "Lambda.DuplicatedRecordId";
  assert.deepEqual(await run({}), [`0 ${duplicated}`, "1 kept b:", `2 ${duplicated}`, `3 ${duplicated}`]);
  const failed = "2 Lambda.ProcessingFailedStatus";
  assert.deepEqual(await run({ fanOut: true }), ["0 kept a1", "0 kept a2", "1 kept b:", failed, "3 dropped"]);
});
