import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { functionWorld, isAlive } from "../../test/fakes/function-world.ts";

/** Waits until something is so; what it waits for is checked by the caller's assertion. */
async function until(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !holds(); round++) await sleep(10);
}

const NODE = (body: string) => ({ "index.mjs": `export const handler = async (event, context) => { ${body} };` });

test("a crash fails the call that it happened in and no other", async (t) => {
  const { write, call, failure, told } = functionWorld(t);
  write("f", NODE("if (event.crash) process.kill(process.pid, 'SIGSEGV'); if (event.exit) process.exit(7); return 1;"));
  assert.match((await failure("f", { crash: true })).message, /^Runtime\.ExitError: the process ended with SIGSEGV/);
  assert.match((await failure("f", { exit: true })).message, /^Runtime\.ExitError: the process ended with exit code 7/);
  assert.equal(await call("f", {}), 1);
  assert.equal(told("function.processEnded").length, 2);
});

test("a hang is killed at the time limit", async (t) => {
  const { write, call, failure, told } = functionWorld(t);
  write("f", { ...NODE("while (event.hang) {} return 1;"), "function.yaml": "timeout: 300ms\n" });
  const error = await failure("f", { hang: true });
  assert.equal(error.code, "timeout");
  assert.equal(error.message, "Task timed out after 0.30 seconds");
  assert.equal(await call("f", {}), 1);
  assert.equal(told("function.invocationFailed")[0]?.code, "timeout");
});

test("a bomb in the heap ends the process, and one outside it is found in /proc", async (t) => {
  const { write, call, failure } = functionWorld(t);
  write("f", {
    ...NODE(`const kept = [];
      while (event.heap) kept.push(new Array(100_000).fill(event));
      while (event.buffers) { kept.push(Buffer.alloc(4 * 1024 * 1024, 1)); await new Promise((r) => setTimeout(r, 1)); }
      return 1;`),
    "function.yaml": "memory: 128\n",
  });
  const heap = await failure("f", { heap: true });
  assert.equal(heap.code, "function-error");
  assert.match(heap.message, /^Runtime\.(OutOfMemory|ExitError): /);
  if (existsSync("/proc/self/status")) {
    const outside = await failure("f", { buffers: true });
    assert.match(outside.message, /^Runtime\.OutOfMemory: the function may have 128 MB and took \d+ MB/);
  }
  assert.equal(await call("f", {}), 1);
});

test("memory of child processes counts", { skip: !existsSync("/proc/self/stat") }, async (t) => {
  const { write, failure } = functionWorld(t);
  const child = "const kept = Buffer.alloc(150 * 1024 * 1024, 1); setTimeout(() => kept, 60_000);";
  write("f", {
    "index.mjs": `import { spawn } from "node:child_process";
      export const handler = () => new Promise((resolve) =>
        spawn(process.execPath, ["-e", ${JSON.stringify(child)}]).on("exit", resolve));`,
    "function.yaml": "memory: 200\ntimeout: 20\n",
  });
  assert.match((await failure("f", {})).message, /^Runtime\.OutOfMemory: /);
});

test("a flood of output is cut, and the call is answered", async (t) => {
  const { write, call, lines } = functionWorld(t);
  write(
    "f",
    NODE(
      "if (event.flood) for (let i = 0; i < 200_000; i++) console.log('x'.repeat(50)); console.log('end'); return 1;",
    ),
  );
  assert.equal(await call("f", { flood: true }), 1);
  // What is left in the pipe comes with the next calls, and may be all that is shown of them.
  let calls = 1;
  for (; calls === 1 || (lines().at(-1) !== "end" && calls < 50); calls++) {
    assert.equal(await call("f", {}), 1);
    await sleep(20);
  }
  const shown = lines();
  // 64 KiB of 51 bytes for each call.
  assert.ok(shown.length < 1300 * calls, `${shown.length} lines`);
  assert.ok(shown.some((line) => /^\(\d{7,8} more bytes of output are not shown\)$/.test(line)));
  assert.equal(shown.at(-1), "end");
});

test("a reply that is too large fails its call with its own code, and the process goes on", async (t) => {
  const { write, call, failure, told } = functionWorld(t);
  write("f", NODE("return 'x'.repeat(event.length);"));
  const error = await failure("f", { length: 3_000_000 }, { replyBytesMax: 1_000_000 });
  assert.equal(error.code, "reply-too-large");
  assert.equal(await call("f", { length: 1 }), "x");
  assert.equal(told("function.processStarted").length, 1);
});

test("garbage from a runtime client of somebody's own is contained", async (t) => {
  const { write, failure, host } = functionWorld(t);
  const client = (answer: string) => `#!${process.execPath}
    const http = require("node:http");
    const [host, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");
    const call = (method, path, body) => new Promise((resolve, reject) => {
      const request = http.request({ host, port, method, path: "/2018-06-01/runtime" + path }, (response) => {
        let text = ""; response.on("data", (piece) => (text += piece));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, text }));
      });
      request.on("error", reject);
      request.end(body);
    });
    (async () => { for (;;) {
      const { headers } = await call("GET", "/invocation/next");
      const path = "/invocation/" + headers["lambda-runtime-aws-request-id"];
      ${answer}
    } })();`;
  write("binary", { bootstrap: client("await call('POST', path + '/response', Buffer.from([0xff, 0, 1]));") });
  write("silent", { bootstrap: client("") });
  write("stranger", {
    bootstrap: client(
      "const r = await call('POST', '/invocation/other/response', '1'); await call('POST', path + '/response', r.status + r.text);",
    ),
  });
  write("nonsense", { bootstrap: client("await call('POST', path + '/error', 'not JSON');") });
  write("twice", {
    bootstrap: client(
      "await call('POST', path + '/response', '1'); const again = await call('POST', path + '/response', '2'); console.log('again', again.status);",
    ),
  });
  const { signal } = new AbortController();
  const raw = (name: string) =>
    host.invoke({ functionArn: name, payload: Buffer.from("{}"), replyBytesMax: 1000, signal });
  assert.deepEqual(await raw("binary"), Buffer.from([0xff, 0, 1]), "what it means is for the caller to say");
  assert.match((await failure("silent", {})).message, /^Runtime\.NoResponse: /);
  assert.match((await raw("stranger")).toString(), /^400.*InvalidRequestID/);
  assert.equal((await failure("nonsense", {})).message, "Runtime.UnknownError");
  assert.equal((await raw("twice")).toString(), "1");
});

test("calls share so many processes as the concurrency says, and each has one event at a time", async (t) => {
  const { write, call, told } = functionWorld(t);
  write("f", {
    "index.mjs": `let busy = 0; let most = 0;
      export const handler = async () => {
        most = Math.max(most, ++busy);
        await new Promise((resolve) => setTimeout(resolve, 50));
        busy--;
        return { pid: process.pid, most };
      };`,
    "function.yaml": "concurrency: 2\n",
  });
  const replies = (await Promise.all(Array.from({ length: 8 }, () => call("f", {})))) as {
    pid: number;
    most: number;
  }[];
  assert.equal(new Set(replies.map(({ pid }) => pid)).size, 2);
  assert.ok(replies.every(({ most }) => most === 1));
  assert.equal(told("function.processStarted").length, 2);
});

test("code that changes is run from the next look on, and its digest is another", async (t) => {
  let at = 0;
  const clock = {
    now: () => Date.now(),
    monotonic: () => at,
    sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  };
  const { write, call, host, told } = functionWorld(t, { clock });
  write("f", { ...NODE("return 'old';"), "function.yaml": "" });
  const before = await host.codeDigest("f");
  assert.equal(await call("f", {}), "old");
  write("f", NODE("return 'new';"));
  assert.equal(await call("f", {}), "old", "within a second nobody looks");
  at += 1001;
  assert.equal(await call("f", {}), "new");
  const after = await host.codeDigest("f");
  assert.notEqual(after, before);
  write("f", { "function.yaml": "timeout: 7\n" });
  at += 1001;
  assert.notEqual(await host.codeDigest("f"), after, "settings are part of what it is");
  write("f", NODE("return 'old';"));
  write("f", { "function.yaml": "" });
  at += 1001;
  assert.equal(await host.codeDigest("f"), before, "the same code has the same digest");
  assert.equal(told("function.codeChanged").length, 3);
});

test("what is not there has no digest, until it is", async (t) => {
  const { write, host, failure } = functionWorld(t);
  assert.equal(await host.codeDigest("f"), undefined);
  assert.equal(await host.codeDigest("../f"), undefined);
  assert.equal((await failure("f", {})).code, "not-found");
  write("f", NODE("return 1;"));
  assert.match((await host.codeDigest("f")) ?? "", /^[0-9a-f]{64}$/);
});

test("a call under way finishes with the code that it began with", async (t) => {
  let at = 0;
  const clock = {
    now: () => Date.now(),
    monotonic: () => at,
    sleep: (ms: number, signal?: AbortSignal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
  };
  const { write, call, told, lines } = functionWorld(t, { clock });
  write(
    "f",
    NODE("console.log('begun'); await new Promise((resolve) => setTimeout(resolve, event.ms)); return 'old';"),
  );
  const slow = call("f", { ms: 1000 });
  await until(() => lines().includes("begun"));
  write("f", NODE("return 'new';"));
  at += 1001;
  assert.equal(await call("f", {}), "new");
  assert.equal(await slow, "old");
  await until(() => told("function.processEnded").length === 1);
  assert.equal(told("function.processEnded").length, 1, "the old process is gone when it is done");
});

test("a function that cannot start fails each call once", async (t) => {
  const { write, failure, told } = functionWorld(t);
  write("f", { "index.mjs": "process.exit(3);" });
  const failures = await Promise.all([failure("f", {}), failure("f", {}), failure("f", {})]);
  assert.deepEqual(
    failures.map(({ code }) => code),
    ["function-error", "function-error", "function-error"],
  );
  assert.equal(told("function.processStarted").length, 3);
});

test("an aborted call is rejected with the signal's reason at once", async (t) => {
  const { write, call, failure } = functionWorld(t);
  write("f", {
    ...NODE("await new Promise((r) => setTimeout(r, event.ms ?? 0)); return 1;"),
    "function.yaml": "concurrency: 1\n",
  });
  assert.equal(await call("f", {}), 1);
  const stopping = new AbortController();
  const running = failure("f", { ms: 300 }, { signal: stopping.signal });
  const waiting = failure("f", { ms: 300 }, { signal: stopping.signal });
  await sleep(20);
  const reason = new Error("stopping");
  stopping.abort(reason);
  assert.equal(await running, reason);
  assert.equal(await waiting, reason);
  assert.equal(await call("f", {}), 1, "the process is there for the next");
});

test("close() rejects what is under way and leaves no process, nor children of one", async (t) => {
  const { write, failure, host, directory, told } = functionWorld(t);
  write("f", {
    "index.mjs": `import { spawn } from "node:child_process"; import { writeFileSync } from "node:fs";
      process.on("SIGTERM", () => {});
      const child = spawn(process.execPath, ["-e", "setTimeout(() => {}, 60_000)"], { stdio: "inherit" });
      export const handler = () => { writeFileSync("pids", process.pid + " " + child.pid); return new Promise(() => {}); };`,
  });
  const failed = failure("f", {});
  const path = join(directory, "f", "pids");
  await until(() => existsSync(path) && readFileSync(path, "utf8").includes(" "));
  const pids = readFileSync(path, "utf8").split(" ").map(Number);
  assert.deepEqual(pids.map(isAlive), [true, true]);
  await host.close();
  assert.equal((await failed).code, "unreachable");
  await until(() => !pids.some(isAlive));
  assert.deepEqual(pids.map(isAlive), [false, false]);
  assert.equal(told("function.processEnded").length, told("function.processStarted").length);
  assert.equal((await failure("f", {})).code, "unreachable", "and nothing is started any more");
});

test("a server that is killed takes hung functions with it", { skip: process.platform !== "linux" }, async (t) => {
  const { write, directory } = functionWorld(t);
  write("f", {
    "index.mjs": `import { writeFileSync } from "node:fs";
      export const handler = () => { writeFileSync("pid", String(process.pid)); for (;;) {} };`,
  });
  const source = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const script = `
    const { FunctionHost } = await import(${source("./function-host.ts")});
    const { systemClock: clock } = await import(${source("../std/clock.ts")});
    const { systemRandom: random } = await import(${source("../std/random.ts")});
    const host = new FunctionHost({ directory: ${JSON.stringify(directory)}, targets: {}, region: "r", accountId: "000000000000",
      environment: () => ({}), clock, random, telemetry: { emit: () => {} } });
    await host.invoke({ functionArn: "f", payload: Buffer.from("{}"), replyBytesMax: 10, signal: new AbortController().signal });`;
  const server = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
  const path = join(directory, "f", "pid");
  await until(() => existsSync(path) && readFileSync(path, "utf8") !== "");
  const pid = Number(readFileSync(path, "utf8"));
  assert.ok(isAlive(pid));
  server.kill("SIGKILL");
  await until(() => !isAlive(pid));
  assert.ok(!isAlive(pid));
});
