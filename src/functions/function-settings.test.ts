import assert from "node:assert/strict";
import { test } from "node:test";
import { functionSettings, functionSettingsSchema } from "./function-settings.ts";

test("functionSettings asks the configuration, then the file, then the defaults", () => {
  const configured = functionSettingsSchema.parse({ timeout: 5, environment: { A: "configured" } });
  const file = functionSettingsSchema.parse({ timeout: "2m", memory: "1GB", environment: { A: "file", B: 7 } });
  assert.deepEqual(functionSettings(configured, file), {
    timeoutSeconds: 5,
    memoryMb: 1024,
    concurrency: 4,
    environment: { A: "configured", B: "7" },
    layers: [],
  });
});

test("functionSettingsSchema counts as AWS counts and takes units", () => {
  const { timeout, memory } = functionSettingsSchema.parse({ timeout: "1500ms", memory: 256 });
  assert.deepEqual([timeout, memory], [1.5, 256]);
  for (const wrong of [{ timeout: 0 }, { timeout: "1h" }, { memory: 1 }, { runtime: "ruby3.3" }, { tiemout: 1 }]) {
    assert.equal(functionSettingsSchema.safeParse(wrong).success, false, JSON.stringify(wrong));
  }
});
