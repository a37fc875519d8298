import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed } from "./access-rules.ts";

const CLICKS = "arn:aws:firehose:eu-west-1:000000000000:deliverystream/clicks-eu";

test("isAllowed() needs an action and a resource of the same rule", () => {
  const rules = [
    { actions: ["firehose:Put*"], resources: ["arn:aws:firehose:*:*:deliverystream/clicks-*"] },
    { actions: ["firehose:List*", "firehose:Describe??????????????"], resources: ["*"] },
  ];
  const cases: [string, string, boolean][] = [
    ["firehose:PutRecord", CLICKS, true],
    ["FIREHOSE:putRecordBatch", CLICKS, true],
    ["firehose:PutRecord", CLICKS.replace("clicks-", "orders-"), false],
    ["firehose:PutRecord", CLICKS.toUpperCase(), false],
    ["firehose:DeleteDeliveryStream", CLICKS, false],
    ["firehose:DescribeDeliveryStream", CLICKS, true],
    ["firehose:DescribeDeliveryStreams", CLICKS, false],
    ["xfirehose:PutRecord", CLICKS, false],
  ];
  for (const [action, resource, expected] of cases) {
    assert.equal(isAllowed(rules, action, resource), expected, `${action} ${resource}`);
  }
  assert.equal(isAllowed([], "firehose:PutRecord", CLICKS), false);
});

test("isAllowed() takes glob characters literally, and is not slowed down by many stars", () => {
  const allowed = (glob: string, text: string) => isAllowed([{ actions: ["*"], resources: [glob] }], "a:B", text);
  assert.equal(allowed("a.c", "abc"), false);
  assert.equal(allowed("*a*b*", "xxaxxbxx"), true);
  assert.equal(allowed("*ab", "abab"), true);
  assert.equal(allowed("", "a"), false);
  assert.equal(allowed("**", ""), true);
  assert.equal(allowed(`${"*a".repeat(200)}b`, "a".repeat(20_000)), false);
});
