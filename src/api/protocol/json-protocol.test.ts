import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import type { EventCatalogue } from "../../telemetry/events.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { Authenticator } from "./authenticator.ts";
import { arnOf } from "./caller.ts";
import { type HttpRequest, RefusedError } from "./http.ts";
import { jsonProtocol } from "./json-protocol.ts";
import type { Operation } from "./operation.ts";
import { WireError } from "./wire-error.ts";

class RecordingTelemetry implements Telemetry {
  readonly events: [string, object][] = [];
  emit<Name extends keyof EventCatalogue>(name: Name, fields: EventCatalogue[Name]): void {
    this.events.push([name, fields]);
  }
}

async function call(operation: Partial<Operation>, parts: Partial<HttpRequest> = {}) {
  const telemetry = new RecordingTelemetry();
  const clock = new PretendClock();
  const route = jsonProtocol({
    operations: [{ target: "Thing_1.Do", service: "thing", handle: () => ({}), ...operation }],
    authenticator: new Authenticator({ clock, accountId: "123456789012" }),
    telemetry,
    clock,
  });
  const answer = await route.handle({
    id: "r1",
    address: "127.0.0.1",
    method: "POST",
    path: "/",
    query: "",
    headers: { "x-amz-target": "Thing_1.Do" },
    stream: () => assert.fail("whole bodies only"),
    body: async () => Buffer.from('{"a":1}'),
    signal: new AbortController().signal,
    ...parts,
  });
  return { ...answer, json: JSON.parse(String(answer.body)), events: telemetry.events };
}

test("jsonProtocol() hands over the object and the caller, and answers with what comes back", async () => {
  const authorization = "AWS4-HMAC-SHA256 Credential=AKID/20260101/cn-north-1/thing/aws4_request, Signature=0";
  const { status, json, headers, events } = await call(
    {
      handle: (request) => {
        const arn = request.authorize(arnOf(request.caller, "firehose", "deliverystream/s"));
        return { arn, sent: request.json(), principal: request.caller.principal };
      },
    },
    { headers: { "x-amz-target": "Thing_1.Do", authorization } },
  );
  const arn = "arn:aws-cn:firehose:cn-north-1:123456789012:deliverystream/s";
  assert.deepEqual([status, json], [200, { arn, sent: { a: 1 }, principal: "AKID" }]);
  assert.equal(headers["content-type"], "application/x-amz-json-1.1");
  const served = { protocol: "aws-json", operation: "Do", stream: "s", status: 200, bytes: 7, durationMs: 0 };
  assert.deepEqual(events, [["api.requestServed", served]]);
});

test("jsonProtocol() sends a prebuilt body as it is", async () => {
  const handle: Operation["handle"] = (request) => {
    request.authorize("*");
    return Buffer.from('{"ready":true}');
  };
  const { body } = await call({ handle });
  assert.equal(String(body), '{"ready":true}');
});

test("jsonProtocol() sends no good answer of an operation that never asked for permission", async () => {
  const { status, json, events } = await call({ handle: () => ({ secret: 1 }) });
  assert.deepEqual([status, json.__type, json.secret], [500, "InternalFailure", undefined]);
  assert.match(JSON.stringify(events[0]), /Thing_1.Do asks for permission before it answers/);
});

test("jsonProtocol() tells an error in header and body, with its further members", async () => {
  const members = { code: "KMS.DisabledException" };
  const { status, json, headers } = await call({
    handle: () => {
      throw new WireError("InvalidKMSResourceException", "The key is disabled", { members });
    },
  });
  assert.deepEqual([status, headers["x-amzn-ErrorType"]], [400, "InvalidKMSResourceException"]);
  assert.deepEqual(json, { __type: "InvalidKMSResourceException", message: "The key is disabled", ...members });
  assert.equal(headers["x-amzn-RequestId"], "r1");
});

test("jsonProtocol() answers unknown targets and the listener's refusals in its own form", async () => {
  const unknown = await call({}, { headers: { "x-amz-target": "Thing_1.Other" } });
  assert.deepEqual([unknown.status, unknown.json.__type], [400, "UnknownOperationException"]);
  const get = await call({}, { method: "GET" });
  assert.equal(get.json.__type, "UnknownOperationException");
  const body = async () => {
    throw new RefusedError("overloaded", "Slow down.");
  };
  const overloaded = await call({}, { body });
  assert.deepEqual([overloaded.status, overloaded.json.__type], [500, "ServiceUnavailableException"]);
});
