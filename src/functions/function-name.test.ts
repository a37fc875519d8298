import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFunctionName } from "./function-name.ts";

test("parseFunctionName takes names, partial ARNs and ARNs, with and without qualifier", () => {
  const arn = "arn:aws:lambda:eu-west-1:123456789012:function:enrich";
  const cases: readonly (readonly [string, string, string?])[] = [
    ["enrich", "enrich"],
    ["enrich:live", "enrich", "live"],
    ["enrich:$LATEST", "enrich", "$LATEST"],
    ["123456789012:function:enrich:7", "enrich", "7"],
    [arn, "enrich"],
    [`${arn}:$LATEST`, "enrich", "$LATEST"],
    ["arn:aws-cn:lambda:cn-north-1:123456789012:function:enrich", "enrich"],
  ];
  for (const [given, name, qualifier] of cases) {
    assert.deepEqual(parseFunctionName(given), { given, name, ...(qualifier !== undefined && { qualifier }) });
  }
});

test("parseFunctionName refuses what could leave the folder of functions", () => {
  for (const given of ["", "..", "../x", "a/b", "a.b", "arn:aws:s3:::bucket", "x".repeat(65), "a:b:c"]) {
    assert.throws(() => parseFunctionName(given), { name: "FunctionError", code: "not-found" }, given);
  }
});
