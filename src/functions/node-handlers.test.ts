import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { functionWorld } from "../../test/fakes/function-world.ts";

/** Handlers as they have been written since 2014, each in the file that its age had. */
const HANDLERS: readonly (readonly [what: string, file: string, text: string])[] = [
  [
    "context.succeed",
    "index.js",
    "exports.handler = function (event, context) { context.succeed({ n: event.n + 1 }); };",
  ],
  [
    "context.done",
    "index.js",
    "exports.handler = function (event, context) { context.done(null, { n: event.n + 1 }); };",
  ],
  [
    "a callback, later, and new Buffer",
    "index.js",
    "var util = require('util'); exports.handler = (event, context, callback) => { setTimeout(() => callback(null, { n: Number(new Buffer(String(event.n + 1)).toString()) }), 5); };",
  ],
  [
    "a callback that is called at once",
    "index.cjs",
    "module.exports.handler = (e, c, cb) => cb(null, { n: e.n + 1 });",
  ],
  ["an async function", "index.js", "exports.handler = async (event) => ({ n: event.n + 1 });"],
  ["a promise", "index.js", "exports.handler = (event) => Promise.resolve({ n: event.n + 1 });"],
  ["an ES module", "index.mjs", "export const handler = async (event) => ({ n: event.n + 1 });"],
  [
    "an ES module that awaits",
    "index.mjs",
    "const one = await Promise.resolve(1); export const handler = async (e) => ({ n: e.n + one });",
  ],
  ["an ES module called .js", "index.js", "import 'node:fs'; export const handler = async (e) => ({ n: e.n + 1 });"],
  ["a default export", "index.mjs", "export default { handler: async (e) => ({ n: e.n + 1 }) };"],
  [
    "TypeScript",
    "index.ts",
    "export const handler = async (event: { n: number }): Promise<{ n: number }> => ({ n: event.n + 1 });",
  ],
];

for (const [what, file, text] of HANDLERS) {
  test(`a Node handler with ${what}`, async (t) => {
    const { write, call } = functionWorld(t);
    write("f", { [file]: text });
    assert.deepEqual(await call("f", { n: 1 }), { n: 2 });
    assert.deepEqual(await call("f", { n: 2 }), { n: 3 }, "and a second time");
  });
}

test("CommonJS stays CommonJS when a package.json above the function calls it a module", async (t) => {
  const { directory, write, call } = functionWorld(t);
  writeFileSync(join(directory, "package.json"), '{ "type": "module" }');
  write("f", {
    "index.js": "const { add } = require('./lib/add'); exports.handler = async (e) => ({ n: add(e.n) });",
    "lib/add.js": "exports.add = (n) => n + 1;",
  });
  assert.deepEqual(await call("f", { n: 1 }), { n: 2 });
});

test("a Node handler finds what Lambda's context and environment hold", async (t) => {
  const { write, call, told } = functionWorld(t);
  const names = [
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "LAMBDA_TASK_ROOT",
    "_HANDLER",
    "TZ",
    "OWN",
  ];
  write("f", {
    "index.mjs": `export const handler = async (event, context) => {
      const left = context.getRemainingTimeInMillis();
      const env = Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, process.env[name]]));
      const token = process.env.LAKEHOSE_RUNTIME_TOKEN ?? "none";
      return { ...context, left: left > 0 && left <= 30_000, env, token, endpoint: process.env.AWS_ENDPOINT_URL };
    };`,
    "function.yaml": "timeout: 30\nmemory: 256\nenvironment: { OWN: 1 }\n",
  });
  const arn = "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST";
  const found = (await call(arn, {})) as Record<string, unknown> & { env: Record<string, string> };
  assert.equal(found.invokedFunctionArn, arn);
  assert.equal(found.functionName, "f");
  assert.equal(found.functionVersion, "$LATEST");
  assert.equal(found.memoryLimitInMB, "256");
  assert.equal(found.logGroupName, "/aws/lambda/f");
  assert.equal(found.awsRequestId, told("function.invoked")[0]?.invocationId);
  assert.equal(found.left, true);
  assert.equal(found.token, "none", "code cannot pretend to be the bootstrap");
  assert.equal(found.endpoint, "http://127.0.0.1:4573");
  assert.deepEqual(found.env, {
    ...found.env,
    AWS_LAMBDA_FUNCTION_NAME: "f",
    _HANDLER: "index.handler",
    TZ: "UTC",
    OWN: "1",
  });
});

test("a callback waits for the event loop unless the handler says otherwise", async (t) => {
  const { write, call } = functionWorld(t);
  const handler = (waits: boolean) => `let late = "no";
    exports.handler = (event, context, callback) => {
      context.callbackWaitsForEmptyEventLoop = ${waits};
      const answer = { get late() { return late; } };
      setTimeout(() => { late = "yes"; }, 50);
      callback(null, answer);
    };`;
  write("waits", { "index.js": handler(true) });
  write("hurries", { "index.js": handler(false) });
  assert.deepEqual(await call("waits", {}), { late: "yes" });
  assert.deepEqual(await call("hurries", {}), { late: "no" });
});

test("the first answer of a handler counts, and one that gives none has answered null", async (t) => {
  const { write, call } = functionWorld(t);
  write("twice", {
    "index.js": "exports.handler = (e, context, cb) => { cb(null, 1); cb(null, 2); context.fail('3'); };",
  });
  write("none", { "index.js": "exports.handler = () => {};" });
  assert.equal(await call("twice", {}), 1);
  assert.equal(await call("none", {}), null);
});

test("errors of a Node handler come back with type and message, and the process goes on", async (t) => {
  const { write, failure, call, told, lines } = functionWorld(t);
  write("f", {
    "index.js": `exports.handler = (event, context, callback) => {
      if (event.how === "throw") throw new TypeError("thrown");
      if (event.how === "callback") return callback(new RangeError("called back"));
      if (event.how === "text") return callback("only text");
      if (event.how === "fail") return context.fail(new Error("failed"));
      if (event.how === "reject") return Promise.reject(new SyntaxError("rejected"));
      if (event.how === "never") return new Promise(() => {});
      if (event.how === "marshal") return callback(null, 1n);
      callback(null, "fine");
    };`,
  });
  const expected = {
    throw: "TypeError: thrown",
    callback: "RangeError: called back",
    text: "string: only text",
    fail: "Error: failed",
    reject: "SyntaxError: rejected",
    never: /^Runtime\.NodeJsExit: .*not settled/,
    marshal: /^Runtime\.MarshalError: .*BigInt/,
  };
  for (const [how, message] of Object.entries(expected)) {
    const error = await failure("f", { how });
    assert.equal(error.code, "function-error");
    if (typeof message === "string") assert.equal(error.message, message);
    else assert.match(error.message, message);
  }
  assert.equal(await call("f", {}), "fine");
  assert.equal(told("function.processStarted").length, 1);
  assert.ok(
    lines().some((line) => line.startsWith("TypeError: thrown")),
    "the stack is in the output",
  );
});

test("an error that nobody catches ends the process and is the answer", async (t) => {
  const { write, failure, call, told } = functionWorld(t);
  write("f", {
    "index.js": `exports.handler = (event, context, callback) => {
      if (event.die) setTimeout(() => { throw new Error("out of nowhere"); }, 1);
      else callback(null, "fine");
    };`,
  });
  assert.equal((await failure("f", { die: true })).message, "Error: out of nowhere");
  assert.equal(await call("f", {}), "fine");
  assert.equal(told("function.processStarted").length, 2);
});

test("a Node function that cannot be loaded fails each call with the reason", async (t) => {
  const { write, failure } = functionWorld(t);
  write("broken", { "index.js": "require('./not-there');" });
  write("empty", { "index.js": "exports.other = 1;" });
  write("named", { "index.js": "", "function.yaml": "runtime: nodejs20.x\nhandler: app.handler\n" });
  assert.match((await failure("broken", {})).message, /Cannot find module '\.\/not-there'/);
  assert.match((await failure("empty", {})).message, /^Runtime\.HandlerNotFound: .*export a function handler/);
  assert.match((await failure("named", {})).message, /^Runtime\.ImportModuleError: /);
});

test("layers hold packages for require and for import", async (t) => {
  const { write, call } = functionWorld(t);
  write("layer/nodejs/node_modules/adder", {
    "package.json": '{ "name": "adder", "main": "main.js" }',
    "main.js": "exports.add = (n) => n + 1;",
  });
  write("required", {
    "index.js": "const { add } = require('adder'); exports.handler = async (e) => add(e.n);",
    "function.yaml": "layers: [../layer]\n",
  });
  write("imported", {
    "index.mjs": "import { add } from 'adder'; export const handler = async (e) => add(e.n);",
    "function.yaml": "layers: [../layer]\n",
  });
  assert.equal(await call("required", { n: 1 }), 2);
  assert.equal(await call("imported", { n: 1 }), 2);
});

test("a handler deep in the folder is named with its path", async (t) => {
  const { write, call } = functionWorld(t);
  write("f", {
    "src/app.js": "exports.api = { run: async () => 'deep' };",
    "function.yaml": "handler: src/app.api.run\n",
  });
  assert.equal(await call("f", {}), "deep");
});

test("events and replies of any size and in any language pass, one after another", async (t) => {
  const { write, call } = functionWorld(t);
  write("f", { "index.mjs": "export const handler = async (event) => ({ got: event.text });" });
  for (const text of [
    "",
    "x".repeat(3_000_000),
    "é",
    "日本".repeat(70_000),
    "x".repeat(66_000),
    "🙂".repeat(300_000),
  ]) {
    assert.deepEqual(await call("f", { text }), { got: text });
  }
});

const { encodeReply } = await import(new URL("bootstraps/encode-reply.mjs", import.meta.url).href);

const FROM = 7;

function encoded(value: unknown): string {
  const { bytesMax, write } = encodeReply(value);
  const memory = Buffer.alloc(FROM + bytesMax, "#");
  const end = write(memory, FROM);
  assert.equal(memory.toString("utf8", 0, FROM), "#######");
  return memory.toString("utf8", FROM, end);
}

test("encodeReply() writes the bytes of JSON.stringify, whatever a handler answers", () => {
  const data = fc.oneof(
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString("base64")),
    fc.constantFrom(
      "",
      "eA",
      "====",
      'e"==',
      "eA==eA==",
      "e\\==",
      "é===",
      "日本日本",
      "eHh4\neHh",
      "\u0000AAA",
      7,
      null,
    ),
  );
  const usual = fc.record({
    recordId: fc.oneof(fc.constantFrom("a1", "", 'q"', "é", 7), fc.string()),
    result: fc.constantFrom("Ok", "Dropped", "ProcessingFailed"),
    data,
  });
  const records = fc.array(fc.oneof({ arbitrary: usual, weight: 20 }, fc.jsonValue(), fc.constant(undefined)));
  const plain = fc.array(usual.filter(({ recordId, data: text }) => recordId === "a1" && text !== null));
  const reply = fc.oneof(fc.record({ records }), fc.record({ records: plain }), fc.jsonValue(), fc.constant(undefined));
  const property = fc.property(reply, (value) => assert.equal(encoded(value), JSON.stringify(value) ?? "null"));
  fc.assert(property, { numRuns: 3000 });
});

test("encodeReply() leaves it to values what they are as JSON", () => {
  const record = { recordId: "a", result: "Ok", data: "eA==" };
  const values: readonly unknown[] = [
    { records: [{ ...record, toJSON: () => 1 }] },
    { records: Object.assign([record], { toJSON: () => 2 }) },
    { records: [Object.create(record)] },
    { records: [{ ...record, data: new String("eA==") }] },
    { records: [{ result: "Ok", data: "eA==", recordId: "a" }] },
    { records: [{ ...record, data: "x".repeat(1_000_000) }] },
    { records: [record], more: 1 },
    { records: new Array(2) },
    new Date(0),
  ];
  for (const value of values) assert.equal(encoded(value), JSON.stringify(value));
  assert.throws(() => encodeReply({ records: [{ ...record, data: 1n }] }), TypeError);
});
