import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startScriptedHttpServer } from "../../../test/fakes/scripted-http-server.ts";
import { HttpFunction } from "./http-function.ts";

async function fixture(t: TestContext, timeoutSeconds = 5) {
  const server = await startScriptedHttpServer();
  t.after(() => server.close());
  const url = `${server.address}/enrich`;
  const remote = new HttpFunction({
    type: "url",
    url,
    headers: { "x-key": "s3cret" },
    timeoutSeconds,
    payloadBytesMax: 100,
  });
  const invoke = (payload = '{"n":1}', signal = new AbortController().signal) =>
    remote.invoke({ id: "id-1", functionArn: "f", payload: Buffer.from(payload), replyBytesMax: 50, signal });
  return { server, remote, invoke };
}

test("HttpFunction posts the event and takes the body of the answer", async (t) => {
  const { server, remote, invoke } = await fixture(t);
  server.answer({ status: 200, body: '{"n":2}' });
  assert.equal((await invoke()).toString(), '{"n":2}');
  const [seen] = server.seen;
  assert.equal(seen?.method, "POST");
  assert.equal(seen?.url, "/enrich");
  assert.equal(seen?.headers["x-key"], "s3cret");
  assert.equal(seen?.headers["content-type"], "application/json");
  assert.equal(seen?.headers["lambda-runtime-aws-request-id"], "id-1");
  assert.equal(seen?.body.toString(), '{"n":1}');
  assert.equal(await remote.codeDigest(), undefined);
});

test("HttpFunction tells the failures apart", async (t) => {
  const { server, invoke } = await fixture(t);
  const cases = {
    400: "function-error",
    401: "denied",
    404: "not-found",
    413: "request-too-large",
    429: "throttled",
    500: "function-error",
    503: "unreachable",
    504: "timeout",
  } as const;
  for (const [status, code] of Object.entries(cases)) {
    server.answer({ status: Number(status), body: "why" });
    await assert.rejects(invoke(), { code, message: new RegExp(`got ${status}: why`) });
  }
  server.answer({ status: 200, headers: { "X-Amz-Function-Error": "Unhandled" }, body: '{"errorMessage":"m"}' });
  await assert.rejects(invoke(), { code: "function-error", message: /errorMessage/ });
  server.answer({ status: 302, headers: { location: "/elsewhere" } }, "reset", { status: 200, body: "x".repeat(51) });
  await assert.rejects(invoke(), { code: "unreachable" });
  await assert.rejects(invoke(), { code: "unreachable" });
  await assert.rejects(invoke(), { code: "reply-too-large" });
  const before = server.seen.length;
  await assert.rejects(invoke("x".repeat(101)), { code: "request-too-large" });
  assert.equal(server.seen.length, before, "what is too large is not sent");
});

test("HttpFunction gives up in time, and when it is told to", async (t) => {
  const { server, invoke } = await fixture(t, 0.05);
  server.answer("hang", "hang");
  await assert.rejects(invoke(), { code: "timeout" });
  const reason = new Error("stopping");
  await assert.rejects(invoke("{}", AbortSignal.abort(reason)), reason);
});
