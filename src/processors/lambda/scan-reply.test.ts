import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ARN } from "../../../test/fakes/lambda-world.ts";
import { processorDependencies } from "../../../test/fakes/processor-dependencies.ts";
import { buildEvent, eventHead } from "./lambda-event.ts";
import { parseReply, readReply } from "./lambda-reply.ts";
import { scanReply } from "./scan-reply.ts";

const IDS = ["a1", "a2", "a3"];

function contextOf(recordIds: readonly string[]) {
  const bytes = Buffer.from("before");
  const sent = recordIds.map((recordId, index) => {
    return { recordId, arrivalMs: 1, bytes, outcome: { index, result: "kept" as const, bytes } };
  });
  const event = buildEvent(eventHead(processorDependencies().stream), sent);
  return { event, sent, functionArn: ARN, attempts: 1, fanOut: false };
}

const entry = (recordId: string, more = '"result":"Ok","data":"eA=="') => `{"recordId":"${recordId}",${more}}`;
const replyOf = (...entries: readonly string[]) => Buffer.from(`{"records":[${entries.join(",")}]}`);

test("scanReply() takes what functions usually answer", () => {
  const spaced = JSON.stringify(
    {
      records: [
        { recordId: "a1", result: "Ok", data: "eHl6", metadata: { partitionKeys: { k: 'é-"' } } },
        { data: "", result: "Ok", recordId: "a2" },
        { result: "Dropped", recordId: "a3" },
      ],
    },
    undefined,
    2,
  );
  assert.deepEqual(scanReply(Buffer.from(spaced), contextOf(IDS).event), {
    results: ["Ok", "Ok", "Dropped"],
    data: [Buffer.from("xyz"), Buffer.alloc(0), undefined],
    metadata: new Map([[0, { partitionKeys: { k: 'é-"' } }]]),
  });
  const none = { results: [], data: [], metadata: new Map() };
  assert.deepEqual(scanReply(Buffer.from('{"records":[]}'), contextOf([]).event), none);
});

test("scanReply() leaves everything else to the parser", () => {
  const replies: readonly Buffer[] = [
    replyOf(entry("a1"), entry("a2")),
    replyOf(entry("a1"), entry("a2"), entry("a3"), entry("a3")),
    replyOf(entry("a2"), entry("a1"), entry("a3")),
    replyOf(entry("a1"), entry("a2"), entry("a3", '"result":"Ok"')),
    replyOf(entry("a1"), entry("a2"), entry("a3", '"data":"eA=="')),
    replyOf(entry("a1"), entry("a2"), '{"result":"Ok","data":"eA=="}'),
    replyOf(entry("a1"), entry("a2"), entry("a3", '"result":"ok","data":"eA=="')),
    ...["eA", "eA=", "e_-A", "eHh4\\neHh4", "eA==eA==", "====", "e\\u0041==", "é==="].map((data) =>
      replyOf(entry("a1"), entry("a2"), entry("a3", `"result":"Ok","data":"${data}"`)),
    ),
    replyOf(entry("a1"), entry("a2"), entry("a3", '"result":"Ok","data":"eA==","data":"eA=="')),
    replyOf(entry("a1"), entry("a2"), entry("a3", '"result":"Ok","data":"eA==","metadata":{]')),
    replyOf(entry("a1"), entry("a2"), entry("a3", '"result":"Ok","data":"eA==","more":1')),
    Buffer.from(`{"more":1,"records":[${IDS.map((id) => entry(id)).join(",")}]}`),
    Buffer.from(`{"records":[${IDS.map((id) => entry(id)).join(",")}]} x`),
    Buffer.from(`{"records":[${IDS.map((id) => entry(id)).join(",")}]`),
    Buffer.from(""),
  ];
  const { event } = contextOf(IDS);
  for (const reply of replies) assert.equal(scanReply(reply, event), undefined, reply.toString());
});

test("readReply() says of every reply what the parser says", () => {
  const text = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString("base64")),
    fc.constantFrom("", "eA", "e_-A", "eA==eA==", "====", 'x"', "\\", "é", "eHh4\n", " "),
  );
  const member = fc.oneof(
    fc.tuple(fc.constant("recordId"), fc.constantFrom(...IDS, "a", "a11", 7)),
    fc.tuple(fc.constant("result"), fc.constantFrom("Ok", "Dropped", "ProcessingFailed", "Okay", null)),
    fc.tuple(fc.constant("data"), fc.oneof(text, fc.constantFrom(null, 1))),
    fc.tuple(
      fc.constant("metadata"),
      fc.oneof(
        fc.json().map((json) => JSON.parse(json)),
        partitionKeys(),
      ),
    ),
    fc.tuple(fc.string({ maxLength: 3 }), fc.jsonValue()),
  );
  const usual = fc.tuple(fc.nat(), text, fc.constantFrom("Ok", "Dropped", "ProcessingFailed"), partitionKeys());
  const entries = fc.oneof(
    fc.array(fc.array(member, { maxLength: 5 }).map(Object.fromEntries), { maxLength: 4 }),
    fc
      .array(usual, { minLength: IDS.length, maxLength: IDS.length })
      .map((all) => all.map(([, data, result, metadata], at) => ({ recordId: IDS[at], result, data, metadata }))),
  );
  const bytes = fc.tuple(
    entries,
    fc.constantFrom(0, 1),
    fc.nat(),
    fc.nat(1000),
    fc.constantFrom("", '"', "\\", "}", "é"),
  );
  const property = fc.property(bytes, ([records, indent, at, damage, letter]) => {
    let reply = JSON.stringify({ records }, undefined, indent);
    if (damage < 200)
      reply = reply.slice(0, at % (reply.length + 1)) + letter + reply.slice((at % (reply.length + 1)) + 1);
    const context = contextOf(IDS);
    assert.deepEqual(readReply(Buffer.from(reply), context), parseReply(Buffer.from(reply), context));
  });
  fc.assert(property, { numRuns: 3000 });
});

function partitionKeys() {
  const key = fc.oneof(fc.string({ maxLength: 5 }), fc.constantFrom(null, 1));
  return fc.record({ partitionKeys: fc.dictionary(fc.string({ maxLength: 3 }), key, { maxKeys: 2 }) });
}
