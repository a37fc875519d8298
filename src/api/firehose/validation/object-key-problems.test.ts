import assert from "node:assert/strict";
import { test } from "node:test";
import { type DeclaredNames, objectKeyProblems } from "./object-key-problems.ts";
import { firstProblem } from "./problems.ts";

const problemOf = (names: DeclaredNames) => firstProblem(objectKeyProblems(names));

test("objectKeyProblems() refuses buckets and prefixes that no store can take", () => {
  assert.match(problemOf({ BucketARN: "arn:aws:s3:::.." }) ?? "", /BucketARN names the bucket "\.\."/);
  assert.match(problemOf({ BucketARN: "arn:aws:s3:::." }) ?? "", /cannot exist/);
  assert.match(problemOf({ Prefix: "a\0" }) ?? "", /Prefix must not contain the character U\+0000/);
  assert.match(problemOf({ ErrorOutputPrefix: "a\ud800/" }) ?? "", /ErrorOutputPrefix must be well-formed/);
  assert.match(problemOf({ Prefix: "é/".repeat(240) }) ?? "", /at most 704 bytes/);
});

test("objectKeyProblems() lets everything else be, strange as it may look", () => {
  const names = { BucketARN: "arn:aws:s3:::...", Prefix: `../${"a".repeat(240)}/%2e/`, ErrorOutputPrefix: "/\u202e/" };
  assert.equal(problemOf(names), undefined);
  assert.equal(problemOf({ Prefix: `!{timestamp:${"yyyy".repeat(80)}}/` }), undefined);
  assert.equal(problemOf({}), undefined);
});
