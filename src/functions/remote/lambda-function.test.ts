import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { startScriptedHttpServer } from "../../../test/fakes/scripted-http-server.ts";
import { LambdaFunction } from "./lambda-function.ts";

const ARN = "arn:aws:lambda:eu-west-1:123456789012:function:enrich:live";

async function fixture(t: TestContext, functionName?: string) {
  const server = await startScriptedHttpServer();
  const remote = new LambdaFunction({
    type: "lambda",
    ...(functionName !== undefined && { functionName }),
    endpoint: server.address,
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "s3cret" },
    timeoutSeconds: 1,
    payloadBytesMax: 100,
  });
  t.after(async () => {
    await remote.close();
    await server.close();
  });
  const invoke = (payload = '{"n":1}', signal = new AbortController().signal) =>
    remote.invoke({ id: "id-1", functionArn: ARN, payload: Buffer.from(payload), replyBytesMax: 50, signal });
  return { server, remote, invoke };
}

test("LambdaFunction invokes what the caller names, signed, and takes the payload of the answer", async (t) => {
  const { server, invoke } = await fixture(t);
  server.answer({ status: 200, body: '{"n":2}' });
  assert.equal((await invoke()).toString(), '{"n":2}');
  const [seen] = server.seen;
  assert.equal(seen?.method, "POST");
  assert.match(decodeURIComponent(seen?.url ?? ""), new RegExp(`^/2015-03-31/functions/${ARN}/invocations`));
  assert.equal(seen?.headers["x-amz-invocation-type"], "RequestResponse");
  assert.match(seen?.headers.authorization ?? "", /AKIDEXAMPLE\/\d{8}\/eu-west-1\/lambda\/aws4_request/);
  assert.equal(seen?.body.toString(), '{"n":1}');
});

test("LambdaFunction tells errors of the function from those of the call", async (t) => {
  const { server, invoke } = await fixture(t, "other");
  const functionFailed = (body: object) => ({
    status: 200,
    headers: { "X-Amz-Function-Error": "Unhandled" },
    body: JSON.stringify(body),
  });
  server.answer(functionFailed({ errorType: "TypeError", errorMessage: "m" }));
  await assert.rejects(invoke(), { code: "function-error", message: "TypeError: m" });
  server.answer(functionFailed({ errorMessage: "2026-01-01T00:00:00Z id Task timed out after 3.00 seconds" }));
  await assert.rejects(invoke(), { code: "timeout" });
  server.answer(functionFailed({ errorType: "Function.ResponseSizeTooLarge", errorMessage: "6 MB" }));
  await assert.rejects(invoke(), { code: "reply-too-large" });
  const cases = [
    [429, "TooManyRequestsException", "throttled"],
    [404, "ResourceNotFoundException", "not-found"],
    [403, "AccessDeniedException", "denied"],
    [413, "RequestTooLargeException", "request-too-large"],
    [500, "ServiceException", "unreachable"],
    [502, "ENILimitReachedException", "unreachable"],
  ] as const;
  for (const [status, type, code] of cases) {
    server.answer({ status, headers: { "x-amzn-errortype": type }, body: '{"Message":"why"}' });
    await assert.rejects(invoke(), { code, message: new RegExp(type) });
  }
  assert.equal(server.seen.length, 3 + cases.length, "nothing is sent twice");
  assert.match(server.seen[0]?.url ?? "", /functions\/other\/invocations/);
});

test("LambdaFunction keeps the limits of size and time", async (t) => {
  const { server, invoke } = await fixture(t);
  await assert.rejects(invoke("x".repeat(101)), { code: "request-too-large" });
  assert.equal(server.seen.length, 0);
  server.answer({ status: 200, body: "x".repeat(51) }, "hang", "reset");
  await assert.rejects(invoke(), { code: "reply-too-large" });
  await assert.rejects(invoke(), { code: "timeout" });
  await assert.rejects(invoke(), { code: "unreachable" });
  const reason = new Error("stopping");
  await assert.rejects(invoke("{}", AbortSignal.abort(reason)), reason);
});

test("LambdaFunction knows the code of a published version only", async (t) => {
  const { remote } = await fixture(t);
  assert.equal(await remote.codeDigest("7"), "version 7");
  for (const qualifier of [undefined, "$LATEST", "live"]) assert.equal(await remote.codeDigest(qualifier), undefined);
});
