import assert from "node:assert/strict";
import { test } from "node:test";
import { ExportError } from "../export-error.ts";
import { sourceFailure } from "./source-failure.ts";

const failure = (message: string, code?: string) => Object.assign(new Error(message), { code });

test("sourceFailure tells by SQLSTATE what would help, and whether time would", () => {
  const cases: readonly [string, string, boolean][] = [
    ["42501", "denied", false],
    ["28P01", "denied", false],
    ["42P01", "not-found", false],
    ["42601", "invalid", false],
    ["57P01", "unavailable", true],
    ["08006", "unavailable", true],
    ["53300", "unavailable", true],
    ["22012", "failed", false],
  ];
  for (const [state, code, retriable] of cases) {
    const { message, ...told } = sourceFailure(failure("its words", state), "Reading public.orders");
    assert.deepEqual([state, told.code, told.retriable], [state, code, retriable]);
    assert.match(message, /^Reading public\.orders: its words(; .+)?$/);
  }
});

test("sourceFailure takes what has no SQLSTATE for a broken way, but for TLS", () => {
  assert.equal(sourceFailure(failure("connect ECONNREFUSED", "ECONNREFUSED"), "x").code, "unavailable");
  assert.equal(sourceFailure(failure("Connection terminated unexpectedly"), "x").code, "unavailable");
  assert.equal(sourceFailure(failure("no", "SELF_SIGNED_CERT_IN_CHAIN"), "x").code, "denied");
  assert.match(sourceFailure(failure("The server does not support SSL connections"), "x").message, /tls: off/);
});

test("sourceFailure leaves a failure of ours as it is", () => {
  const ours = new ExportError("count-differs", "x");
  assert.equal(sourceFailure(ours, "y"), ours);
});
