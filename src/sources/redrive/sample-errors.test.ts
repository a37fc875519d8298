import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { type RejectedRecord, serializeErrorRecord } from "../../model/error-record.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { MemoryStore } from "../../storage/memory/memory-store.ts";
import { sampleErrors } from "./sample-errors.ts";

const DELIVERY = "destinationId-000000000001";

function errorLine(text: string, parts: Partial<RejectedRecord> = {}): Buffer {
  return serializeErrorRecord({
    bytes: Buffer.from(text),
    code: "Lambda.FunctionError",
    message: "refused",
    attempts: 4,
    arrivalMs: 7,
    attemptEndingMs: 8,
    streamUid: "00".repeat(16),
    deliveryId: DELIVERY,
    offset: 3,
    stage: "processors",
    ...parts,
  });
}

/** Objects in the order in which they were written, a second after each other. */
async function sampleOf(objects: Readonly<Record<string, Buffer>>, records = 10, recordBytes = 100) {
  const clock = new PretendClock();
  const store = new MemoryStore({ clock });
  await store.ensureBucket("lake");
  const found = [];
  for (const [key, bytes] of Object.entries(objects)) {
    await clock.advance(1_000);
    const written = { bucket: "lake", key, body: bytesBody(bytes), onlyIfAbsent: true, contentType: "text/plain" };
    found.push({ ...(await store.put({ ...written, metadata: {} })), bucket: "lake" });
  }
  const request = { records, recordBytes };
  return sampleErrors(
    { objects: found, problems: [] },
    { deliveryId: DELIVERY, request, errorTypes: ["processing-failed"], storeFor: () => store },
  );
}

const texts = ({ records }: Awaited<ReturnType<typeof sampleOf>>) => records.map(({ bytes }) => String(bytes));

test("sampleErrors() shows the newest objects first and counts each kind of error", async () => {
  const sample = await sampleOf({
    "processing-failed/a": errorLine("old"),
    "processing-failed/b.gz": gzipSync(Buffer.concat([errorLine("x", { code: "Y" }), errorLine("new")])),
  });
  assert.deepEqual(texts(sample), ["x", "new", "old"]);
  assert.deepEqual(sample.kinds, [
    { errorType: "processing-failed", code: "Lambda.FunctionError", records: 2 },
    { errorType: "processing-failed", code: "Y", records: 1 },
  ]);
  const { bytes: _, ...first } = sample.records[0] ?? assert.fail("there is a record");
  const place = { bucket: "lake", key: "processing-failed/b.gz", offset: 3, arrivalMs: 7, size: 1 };
  assert.deepEqual(first, { ...place, errorType: "processing-failed", code: "Y", message: "refused", attempts: 4 });
  assert.deepEqual([sample.objects, sample.objectsRead, sample.problems], [2, 2, []]);
});

test("sampleErrors() hands back few and cuts them, and counts all the same", async () => {
  const sample = await sampleOf({ k: Buffer.concat([errorLine("long"), errorLine("b"), errorLine("c")]) }, 1, 2);
  assert.deepEqual([texts(sample), sample.records[0]?.size, sample.kinds[0]?.records], [["lo"], 4, 3]);
});

test("sampleErrors() passes over what is not the delivery's, and says which object cannot be read", async () => {
  const sample = await sampleOf({
    "processing-failed/theirs": errorLine("other", { deliveryId: "other" }),
    "processing-failed/aws": Buffer.from('{"rawData":"YQ==","errorCode":"Z"}'),
    "processing-failed/broken": gzipSync(errorLine("x")).subarray(0, 30),
  });
  assert.deepEqual(texts(sample), ["a"]);
  assert.deepEqual(sample.kinds, [{ errorType: "processing-failed", code: "Z", records: 1 }]);
  assert.deepEqual(
    sample.problems.map(({ key }) => key),
    ["processing-failed/broken"],
  );
});

test("sampleErrors() reads no more objects than anybody looks at", async () => {
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, at) => [`k${at}`, errorLine(String(at))]));
  const sample = await sampleOf(many, 100);
  assert.deepEqual([sample.objects, sample.objectsRead, texts(sample).at(0)], [60, 50, "59"]);
});
