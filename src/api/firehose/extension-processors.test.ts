import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../std/json.ts";
import { settingsOf } from "../../streams/settings.ts";
import { extensionProcessors, lambdaSettingOptions } from "./extension-processors.ts";

const of = (...list: JsonObject[]) => extensionProcessors(settingsOf({ processors: list }, {}));

test("extensionProcessors() keeps the order and splits at the function", () => {
  assert.deepEqual(of({ type: "escape" }, { type: "escape", before: "lambda" }, { type: "escape" }), {
    beforeLambda: [{ type: "escape", options: {} }],
    afterLambda: [
      { type: "escape", options: {} },
      { type: "escape", options: {} },
    ],
  });
  assert.deepEqual(extensionProcessors(settingsOf({}, {})), { beforeLambda: [], afterLambda: [] });
});

test("extensionProcessors() names the entry and what is wrong with it", () => {
  assert.throws(() => of({ type: "escape" }, { type: "shout" }), {
    code: "invalid",
    message: /^Setting lakehose:processors\.1: expected a type of .*escape.*; got "shout"$/,
  });
  assert.throws(() => of({ type: "escape", loud: true }), {
    code: "invalid",
    message: /^Setting lakehose:processors\.0: escape: .*loud/,
  });
  assert.throws(() => of({ type: "escape", before: "breakfast" }), { message: /lakehose:processors\.0\.before/ });
  assert.throws(() => of({}), { message: /lakehose:processors\.0\.type/ });
});

test("lambdaSettingOptions() are options of the processor lambda", () => {
  const settings = { "buffer-size": "8MiB", "payload-size": "32MiB", concurrency: 2, "fan-out": true };
  assert.deepEqual(lambdaSettingOptions(settingsOf({ lambda: settings }, {})), {
    bufferBytes: 8 * 1024 * 1024,
    payloadBytesMax: 32 * 1024 * 1024,
    concurrency: 2,
    fanOut: true,
  });
  assert.deepEqual(lambdaSettingOptions(settingsOf({}, {})), {});
});
