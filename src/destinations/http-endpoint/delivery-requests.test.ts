import assert from "node:assert/strict";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { makeRecordParcel } from "../../../test/conformance/record-destination.ts";
import type { Parcel } from "../destination.ts";
import { type DeliveryRequest, deliveryRequests, packed, requestBody } from "./delivery-requests.ts";

const MIB = 1024 * 1024;
const LIMITS = { requestRecords: 10_000, requestBytes: 64 * MIB, delimiter: "" };

async function split(parcel: Parcel, limits: Partial<typeof LIMITS> = {}) {
  const requests: DeliveryRequest[] = [];
  const tooLarge: number[] = [];
  const wanted = { ...LIMITS, ...limits };
  for await (const one of deliveryRequests(parcel, wanted, ({ index }) => tooLarge.push(index))) requests.push(one);
  return { requests, tooLarge, indexes: requests.map(({ records }) => records.map(({ index }) => index)) };
}

test("deliveryRequests() makes one request of what fits, under the parcel's own id, and stays within its limits", async () => {
  const parcel = await makeRecordParcel(["a", "", "c"]);
  const one = await split(parcel);
  assert.deepEqual(
    one.requests.map(({ requestId }) => requestId),
    [parcel.id],
  );
  assert.deepEqual(one.indexes, [[0, 1, 2]]);
  assert.deepEqual((await split(parcel, { requestRecords: 2 })).indexes, [[0, 1], [2]]);
  const many = await split(await makeRecordParcel(Array.from({ length: 10_001 }, () => "x")));
  assert.deepEqual(
    many.indexes.map(({ length }) => length),
    [10_000, 1],
  );
});

test("deliveryRequests() gives the same requests each time, ids too, and no two the same id", async () => {
  const parcel = await makeRecordParcel(Array.from({ length: 50 }, (_, n) => `record ${n}`));
  const [first, second] = [await split(parcel, { requestRecords: 7 }), await split(parcel, { requestRecords: 7 })];
  assert.deepEqual(first, second);
  const ids = first.requests.map(({ requestId }) => requestId);
  assert.equal(new Set(ids).size, 8);
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const other = { ...parcel, id: parcel.id.replace("2f", "30") };
  const others = (await split(other, { requestRecords: 7 })).requests.map(({ requestId }) => requestId);
  assert.ok(others.every((id) => !ids.includes(id)));
});

test("bodies are never larger than the limit, and records that fit in none are told apart", async () => {
  const texts = Array.from({ length: 40 }, (_, n) => "y".repeat((n * 97) % 1200));
  const { requests, tooLarge } = await split(await makeRecordParcel(texts), { requestBytes: 1024 });
  assert.ok(requests.length > 10);
  for (const request of requests) {
    const bytes = requestBody(request, 9_999_999_999_999, "").length;
    assert.ok(bytes <= 1024, `${bytes}`);
  }
  const length = (index: number) => (texts[index] ?? "").length;
  assert.ok(tooLarge.length > 0 && tooLarge.every((index) => length(index) > 600));
  assert.equal(requests.reduce((sum, { records }) => sum + records.length, 0) + tooLarge.length, 40);
  const large = await makeRecordParcel(["z".repeat(1_024_002), "z".repeat(1_024_003)]);
  assert.deepEqual((await split(large)).tooLarge, [1]);
  assert.deepEqual((await split(large, { delimiter: "\n" })).tooLarge, [0, 1]);
});

test("requestBody() is the protocol's JSON, byte for byte, and packs", async () => {
  const { requests } = await split(await makeRecordParcel(["a", "", "ü"]));
  const [request] = requests;
  assert.ok(request);
  const plain = requestBody(request, 1_769_855_400_000, "");
  const records = '[{"data":"YQ=="},{"data":""},{"data":"w7w="}]';
  const expected = `{"requestId":"${request.requestId}","timestamp":1769855400000,"records":${records}}`;
  assert.equal(plain.toString(), expected);
  assert.equal(gunzipSync(await packed(plain)).toString(), expected);
  const delimited = JSON.parse(requestBody(request, 1, "\r\n").toString());
  assert.deepEqual(
    delimited.records.map(({ data }: { data: string }) => Buffer.from(data, "base64").toString()),
    ["a\r\n", "\r\n", "ü\r\n"],
  );
});
