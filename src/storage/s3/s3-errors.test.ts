import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ScriptedAnswer } from "../../../test/fakes/scripted-http-server.ts";
import { errorXml, s3Put, scriptedS3 } from "../../../test/fakes/scripted-s3.ts";
import { ObjectStoreError, type ObjectStoreErrorCode } from "../object-store.ts";
import { toStoreError } from "./s3-errors.ts";

const upload = { bucket: "lake", key: "a/b", uploadId: "u-1" };

function hasCode(code: ObjectStoreErrorCode, storeCode?: string) {
  return (error: unknown) => {
    assert.ok(error instanceof ObjectStoreError, String(error));
    assert.equal(error.code, code, error.message);
    if (storeCode !== undefined) assert.equal(error.storeCode, storeCode);
    return true;
  };
}

describe("a PUT that is answered", () => {
  const cases: readonly (readonly [string, ScriptedAnswer, ObjectStoreErrorCode])[] = [
    ["412 PreconditionFailed", { status: 412, body: errorXml("PreconditionFailed") }, "exists"],
    ["412 without a body", { status: 412 }, "exists"],
    ["409 ConditionalRequestConflict", { status: 409, body: errorXml("ConditionalRequestConflict") }, "conflict"],
    ["404 NoSuchBucket", { status: 404, body: errorXml("NoSuchBucket") }, "no-such-bucket"],
    ["403 AccessDenied", { status: 403, body: errorXml("AccessDenied") }, "denied"],
    ["403 without a body", { status: 403 }, "denied"],
    ["503 SlowDown", { status: 503, body: errorXml("SlowDown") }, "throttled"],
    ["429", { status: 429 }, "throttled"],
    ["400 RequestTimeout", { status: 400, body: errorXml("RequestTimeout") }, "unavailable"],
    ["400 BadDigest", { status: 400, body: errorXml("BadDigest") }, "unavailable"],
    ["400 InvalidStorageClass", { status: 400, body: errorXml("InvalidStorageClass") }, "rejected"],
    ["400 KMS.NotFoundException", { status: 400, body: errorXml("KMS.NotFoundException") }, "rejected"],
    ["500 InternalError", { status: 500, body: errorXml("InternalError") }, "unknown-outcome"],
    ["502 by a gateway", { status: 502, body: "<html>Bad gateway</html>" }, "unknown-outcome"],
    ["503 by a gateway", { status: 503, body: "busy" }, "unknown-outcome"],
    ["504", { status: 504 }, "unknown-outcome"],
    ["a broken connection", "reset", "unknown-outcome"],
  ];
  for (const [name, answer, code] of cases) {
    it(`with ${name} is ${code}, after one request`, async (context) => {
      const { server, store } = await scriptedS3(context);
      server.answer(answer);
      await assert.rejects(store.put(s3Put()), hasCode(code));
      assert.equal(server.seen.length, 1);
    });
  }

  it("by nobody within the time is unknown-outcome, after one request", async (context) => {
    const { server, store } = await scriptedS3(context, { requestTimeoutMs: 100 });
    server.answer("hang");
    await assert.rejects(store.put(s3Put()), hasCode("unknown-outcome"));
    assert.equal(server.seen.length, 1);
  });

  it("by nobody until the caller gives up is unknown-outcome", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer("hang");
    const giveUp = new AbortController();
    const attempt = store.put(s3Put({ signal: giveUp.signal }));
    while (server.seen.length === 0) await new Promise(setImmediate);
    giveUp.abort(new Error("given up"));
    await assert.rejects(attempt, hasCode("unknown-outcome"));
  });

  it("by no server at all is unavailable: nothing can have happened", async (context) => {
    const { server, store } = await scriptedS3(context);
    await server.close();
    await assert.rejects(store.put(s3Put()), hasCode("unavailable", "ECONNREFUSED"));
  });

  it("keeps the store's own code for the logs", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer({ status: 400, body: errorXml("KMS.DisabledException") });
    await assert.rejects(store.put(s3Put()), hasCode("rejected", "KMS.DisabledException"));
  });
});

describe("a completion that is answered", () => {
  const cases: readonly (readonly [string, ScriptedAnswer, ObjectStoreErrorCode])[] = [
    ["200 with an error in its body", { status: 200, body: errorXml("InternalError") }, "unknown-outcome"],
    ["200 with nothing", { status: 200 }, "unknown-outcome"],
    ["200 with something else", { status: 200, body: "<html></html>" }, "unknown-outcome"],
    ["404 NoSuchUpload", { status: 404, body: errorXml("NoSuchUpload") }, "no-such-upload"],
    ["412", { status: 412, body: errorXml("PreconditionFailed") }, "exists"],
    ["409", { status: 409, body: errorXml("ConditionalRequestConflict") }, "conflict"],
    ["500", { status: 500, body: errorXml("InternalError") }, "unknown-outcome"],
  ];
  for (const [name, answer, code] of cases) {
    it(`with ${name} is ${code}`, async (context) => {
      const { server, store } = await scriptedS3(context);
      server.answer(answer);
      await assert.rejects(store.multipart.complete(upload, ["e"], s3Put()), hasCode(code));
      assert.equal(server.seen.length, 1);
      assert.equal(server.seen[0]?.headers["if-none-match"], "*");
    });
  }
});

describe("a read that fails", () => {
  it("is unavailable, never unknown-outcome", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer("reset", { status: 500 }, { status: 503, body: errorXml("SlowDown") });
    await assert.rejects(store.head("lake", "a"), hasCode("unavailable"));
    await assert.rejects(store.head("lake", "a"), hasCode("unavailable"));
    await assert.rejects(store.get("lake", "a"), hasCode("throttled"));
  });

  it("half-way fails the read instead of ending it", async (context) => {
    const { server, store } = await scriptedS3(context);
    server.answer({ status: 200, body: "half", headers: { "content-length": "8", connection: "close" } });
    const reading = (async () => {
      for await (const _piece of await store.get("lake", "a"));
    })();
    await assert.rejects(reading, hasCode("unavailable"));
  });
});

describe("toStoreError", () => {
  const operation = { name: "PutObject", bucket: "lake", key: "a", writes: true };

  it("takes missing credentials for denied: nothing was sent", () => {
    const error = Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" });
    assert.equal(toStoreError(error, operation).code, "denied");
  });

  it("says what to set when the bucket lives in another region", () => {
    const moved = Object.assign(new Error("elsewhere"), { $metadata: { httpStatusCode: 301 } });
    assert.match(toStoreError(moved, operation).message, /region/);
  });

  it("keeps a store error as it is", () => {
    const error = new ObjectStoreError("exists", "taken");
    assert.equal(toStoreError(error, operation), error);
  });
});
