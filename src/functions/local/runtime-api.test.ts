import assert from "node:assert/strict";
import { once } from "node:events";
import { createConnection, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { type RuntimeAnswer, RuntimeApi, type RuntimeEvent } from "./runtime-api.ts";

const EVENT: RuntimeEvent = {
  id: "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
  functionArn: "arn:aws:lambda:us-east-1:000000000000:function:f",
  deadlineMs: 1_542_409_706_888.4,
  traceId: "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
  payload: Buffer.from('{"é":1}'),
  replyBytesMax: 10,
};

const TOKEN = { "lakehose-runtime-token": "secret" };

async function fixture(t: TestContext) {
  const api = await RuntimeApi.open("secret");
  t.after(() => api.close());
  const answers: RuntimeAnswer[] = [];
  const told: string[] = [];
  let onAsked = () => told.push("asked");
  api.serve({
    onNext: () => void onAsked(),
    onLeft: () => told.push("left"),
    onAnswer: (answer) => answers.push(answer),
    onInitError: (message) => told.push(message),
  });
  const request = (method: string, path: string, body?: string, headers: Record<string, string> = TOKEN) =>
    fetch(`http://${api.address}/2018-06-01/runtime${path}`, { method, headers, ...(body !== undefined && { body }) });
  /** Asks for an event, which is given as soon as the question has come. */
  const next = async (event = EVENT) => {
    const question = new Promise<number>((resolve) => {
      onAsked = () => {
        resolve(1);
        return 1;
      };
    });
    const response = request("GET", "/invocation/next");
    await question;
    api.give(event);
    return response;
  };
  return { api, answers, told, request, next };
}

test("next hands out the event with the headers of the specification", async (t) => {
  const { next } = await fixture(t);
  const response = await next();
  assert.equal(response.status, 200);
  assert.equal(response.headers.get("Lambda-Runtime-Aws-Request-Id"), EVENT.id);
  assert.equal(response.headers.get("Lambda-Runtime-Deadline-Ms"), "1542409706888");
  assert.equal(response.headers.get("Lambda-Runtime-Invoked-Function-Arn"), EVENT.functionArn);
  assert.equal(response.headers.get("Lambda-Runtime-Trace-Id"), EVENT.traceId);
  assert.equal(response.headers.get("Content-Length"), "8");
  assert.equal(await response.text(), '{"é":1}');
});

test("a response is taken once, as bytes, and only for the event that was given", async (t) => {
  const { next, request, answers } = await fixture(t);
  const path = `/invocation/${EVENT.id}/response`;
  assert.equal((await request("POST", path, "early")).status, 400);
  await next();
  assert.equal((await request("POST", "/invocation/other/response", "x")).status, 400);
  assert.equal((await request("POST", path, "0123456789")).status, 202);
  assert.equal((await request("POST", path, "again")).status, 400);
  assert.deepEqual(answers, [{ bytes: Buffer.from("0123456789") }]);
});

test("a response beyond the limit is refused with 413", async (t) => {
  const { next, request, answers } = await fixture(t);
  await next();
  const response = await request("POST", `/invocation/${EVENT.id}/response`, "01234567890");
  assert.equal(response.status, 413);
  assert.equal(((await response.json()) as { errorType: string }).errorType, "RequestEntityTooLarge");
  const message = "Function.ResponseSizeTooLarge: the reply is larger than 10 bytes";
  assert.deepEqual(answers, [{ code: "reply-too-large", message }]);
});

test("errors are told by their report, or by their header when that is none", async (t) => {
  const { next, request, answers, told } = await fixture(t);
  const path = `/invocation/${EVENT.id}/error`;
  const header = { ...TOKEN, "Lambda-Runtime-Function-Error-Type": "Runtime.Custom" };
  for (const body of ['{"errorType":"E","errorMessage":"m"}', "{}", "garbage", "null", '{"errorMessage":7}']) {
    await next();
    assert.equal((await request("POST", path, body, header)).status, 202);
  }
  const messages = answers.map((answer) => ("message" in answer ? answer.message : ""));
  assert.deepEqual(messages, ["E: m", "Runtime.Custom", "Runtime.Custom", "Runtime.Custom", "Runtime.Custom"]);
  assert.equal((await request("POST", "/init/error", '{"errorType":"Init","errorMessage":"x"}')).status, 202);
  assert.deepEqual(told, ["Init: x"]);
});

test("strangers and web pages are refused", async (t) => {
  const { api, request } = await fixture(t);
  assert.equal((await request("GET", "/invocation/next", undefined, {})).status, 403);
  const page = { ...TOKEN, origin: "https://example.com" };
  assert.equal((await request("GET", "/invocation/next", undefined, page)).status, 403);
  api.trustAnybody();
  assert.equal(
    (await request("GET", "/invocation/next", undefined, page.origin ? { origin: page.origin } : {})).status,
    403,
  );
  assert.equal((await request("GET", "/nowhere", undefined, {})).status, 404);
  assert.throws(() => api.give(EVENT), /asked for one/);
});

test("whoever breaks off its question is known to have left", async (t) => {
  const { api, told } = await fixture(t);
  const breaking = new AbortController();
  const asked = new Promise<void>((resolve) => {
    api.serve({
      onNext: () => resolve(),
      onLeft: () => told.push("left"),
      onAnswer: () => undefined,
      onInitError: () => undefined,
    });
  });
  const url = `http://${api.address}/2018-06-01/runtime/invocation/next`;
  const question = fetch(url, { headers: TOKEN, signal: breaking.signal });
  await asked;
  breaking.abort();
  await assert.rejects(question);
  for (let round = 0; round < 200 && told.length === 0; round++) await new Promise((r) => setTimeout(r, 5));
  assert.deepEqual(told, ["left"]);
});

test("an answer counts before the question that came in one go with it", async (t) => {
  const { api, next } = await fixture(t);
  await next();
  const told: string[] = [];
  const asked = Promise.withResolvers<void>();
  api.serve({
    onNext: () => {
      told.push("asked");
      asked.resolve();
    },
    onLeft: () => undefined,
    onAnswer: (answer) => told.push("bytes" in answer ? answer.bytes.toString() : answer.message),
    onInitError: () => undefined,
  });
  const socket = connect(api);
  const head = `Host: ${api.address}\r\nLakehose-Runtime-Token: secret\r\n`;
  socket.write(
    `POST /2018-06-01/runtime/invocation/${EVENT.id}/response HTTP/1.1\r\n${head}Content-Length: 6\r\n\r\nanswer` +
      `GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n${head}\r\n`,
  );
  await asked.promise;
  assert.deepEqual(told, ["answer", "asked"]);
  api.give({ ...EVENT, payload: Buffer.from("second") });
  let received = "";
  for await (const piece of socket) {
    received += piece;
    if (received.endsWith("second")) break;
  }
  assert.match(received, /^HTTP\/1\.1 202 .*HTTP\/1\.1 200 /s);
});

test("an answer that is broken off is none", async (t) => {
  const { api, next, request, answers } = await fixture(t);
  await next();
  const path = `/invocation/${EVENT.id}/response`;
  const socket = connect(api);
  const head = `POST /2018-06-01/runtime${path} HTTP/1.1\r\nHost: ${api.address}\r\nLakehose-Runtime-Token: secret\r\n`;
  socket.write(`${head}Content-Length: 6\r\nExpect: 100-continue\r\n\r\n`);
  assert.match(String(await once(socket, "data")), /100 Continue/);
  assert.equal((await request("POST", path, "another")).status, 400, "while one comes no other is awaited");
  socket.end("ans");
  for (let round = 0; round < 200; round++) {
    if ((await request("POST", path, "whole")).status === 202) break;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.deepEqual(answers, [{ bytes: Buffer.from("whole") }]);
});

function connect(api: RuntimeApi): Socket {
  const [host, port] = api.address.split(":");
  return createConnection({ host: host ?? "", port: Number(port) });
}
