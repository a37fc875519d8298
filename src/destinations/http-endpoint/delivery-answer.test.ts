import assert from "node:assert/strict";
import { test } from "node:test";
import { answerProblem } from "./delivery-answer.ts";

const ID = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f";
const GOOD = { requestId: ID, timestamp: 1_769_855_400_000 };

function problemOf(body: unknown, headers: Readonly<Record<string, string>> = {}): string | undefined {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const all = { "content-type": "application/json", "content-length": String(text.length), ...headers };
  return answerProblem({ status: 200, headers: all, body: Buffer.from(text) }, ID);
}

test("answerProblem() finds nothing wrong with what the protocol allows", () => {
  assert.equal(problemOf(GOOD), undefined);
  assert.equal(problemOf({ ...GOOD, errorMessage: "x".repeat(8192) }), undefined);
  assert.equal(problemOf(GOOD, { "content-type": "application/json; charset=utf-8" }), undefined);
});

test("answerProblem() says what is wrong with anything else", () => {
  const wrong: readonly [unknown, RegExp, Record<string, string>?][] = [
    ["", /JSON object, got nothing/],
    ["<html>", /JSON object, got <html>/],
    ["[]", /JSON object/],
    ["null", /JSON object/],
    [{ timestamp: 1 }, /requestId ed4.*, got none/],
    [{ ...GOOD, requestId: "other" }, /got "other"/],
    [{ requestId: ID }, /timestamp .* got none/],
    [{ ...GOOD, timestamp: "1769855400000" }, /timestamp .* got "1769855400000"/],
    [{ ...GOOD, errorMessage: 7 }, /errorMessage/],
    [{ ...GOOD, errorMessage: "x".repeat(8193) }, /8192/],
    [{ ...GOOD, status: "ok" }, /no other members, got "status"/],
    [GOOD, /Content-Type/, { "content-type": "text/plain" }],
    [GOOD, /Content-Type/, { "content-type": "application/jsonl" }],
    [GOOD, /Content-Encoding, got gzip/, { "content-encoding": "gzip" }],
  ];
  for (const [body, message, headers] of wrong) assert.match(problemOf(body, headers) ?? "nothing", message);
  const chunked = {
    status: 200,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(GOOD)),
  };
  assert.match(answerProblem(chunked, ID) ?? "", /Content-Length, got none/);
});
