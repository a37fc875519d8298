import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../std/clock.ts";
import { systemRandom } from "../../std/random.ts";
import { FunctionFolder } from "./function-code.ts";
import { FunctionPool, type FunctionPoolOptions } from "./function-pool.ts";
import { MemoryWatch } from "./memory-watch.ts";

function poolOf(t: TestContext, options: Partial<FunctionPoolOptions>) {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-pool-"));
  writeFileSync(join(folder, "index.mjs"), "export const handler = async () => process.env.ANSWER ?? 'none';");
  const told: string[] = [];
  const pool = new FunctionPool({
    functionName: "f",
    folder: new FunctionFolder(folder, {}),
    environment: async () => ({}),
    clock: systemClock,
    random: systemRandom,
    telemetry: { emit: (name) => void told.push(name) },
    memoryWatch: new MemoryWatch(),
    ...options,
  });
  t.after(async () => {
    await pool.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { signal } = new AbortController();
  const invoke = () =>
    pool.invoke({ id: "1", functionArn: "f", payload: Buffer.from("{}"), replyBytesMax: 100, signal });
  return { pool, told, invoke };
}

const count = (told: readonly string[], name: string) => told.filter((one) => one === name).length;

test("a process that nobody needs is stopped, and another is started when somebody does", async (t) => {
  const { told, invoke } = poolOf(t, { idleMs: 50 });
  await invoke();
  for (let round = 0; round < 500 && !told.includes("function.processEnded"); round++) await systemClock.sleep(10);
  assert.equal(count(told, "function.processEnded"), 1);
  await invoke();
  assert.equal(count(told, "function.processStarted"), 2);
});

test("processes wait for their environment, and a close does not wait with them", async (t) => {
  const known = Promise.withResolvers<Readonly<Record<string, string>>>();
  const { pool, told, invoke } = poolOf(t, { environment: () => known.promise });
  const first = invoke();
  await systemClock.sleep(20);
  assert.equal(count(told, "function.processStarted"), 0);
  known.resolve({ ANSWER: "42" });
  assert.equal((await first).toString(), '"42"');
  await pool.close();
  const never = poolOf(t, { environment: () => new Promise(() => undefined) });
  const waiting = assert.rejects(never.invoke(), { code: "unreachable" });
  await systemClock.sleep(20);
  await never.pool.close();
  await waiting;
});

test("more calls than may wait are throttled", async (t) => {
  const { pool, invoke } = poolOf(t, { environment: () => new Promise(() => undefined) });
  await pool.codeDigest();
  const calls = Array.from({ length: 1001 }, invoke).map((call) => call.catch((error: { code: string }) => error.code));
  assert.equal(await calls.at(-1), "throttled");
  await pool.close();
  assert.deepEqual([...new Set(await Promise.all(calls.slice(0, 1000)))], ["unreachable"]);
});
