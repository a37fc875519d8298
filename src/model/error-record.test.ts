import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type RejectedRecord, serializeErrorRecord } from "./error-record.ts";
import { type ErrorRecordRead, readErrorRecords } from "./error-record-reader.ts";

const REJECTED: RejectedRecord = {
  bytes: Buffer.from('{"ticker_symbol":"QXZ"}\n'),
  code: "Lambda.ProcessingFailedStatus",
  message: 'ProcessingFailed status set for record: "{" and \\',
  attempts: 1,
  arrivalMs: 1_545_908_400_123,
  attemptEndingMs: 1_545_908_460_456,
  details: { lambdaARN: "arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST" },
  streamUid: "0123456789abcdef0123456789abcdef",
  deliveryId: "destinationId-000000000001",
  offset: 42,
  stage: "processors",
};

test("serializeErrorRecord() writes the members of each kind in Firehose's order, Lakehose's own last", () => {
  const orders: Readonly<Record<string, string>> = {
    "processing-failed": "rawData errorCode errorMessage attemptsMade arrivalTimestamp attemptEndingTimestamp d",
    "decompression-failed": "rawData errorCode errorMessage attemptsMade arrivalTimestamp attemptEndingTimestamp d",
    "format-conversion-failed":
      "attemptsMade arrivalTimestamp lastErrorCode lastErrorMessage attemptEndingTimestamp rawData d",
    "AmazonOpenSearchService-failed":
      "attemptsMade arrivalTimestamp errorCode errorMessage attemptEndingTimestamp d rawData",
    "splunk-failed": "attemptsMade arrivalTimestamp errorCode errorMessage attemptEndingTimestamp rawData d EventId",
    "http-endpoint-failed":
      "attemptsMade arrivalTimestamp errorCode errorMessage attemptEndingTimestamp rawData d subsequenceNumber dataId",
  };
  for (const [errorType, order] of Object.entries(orders)) {
    const line = serializeErrorRecord({ ...REJECTED, details: { d: 1 } }, errorType).toString();
    assert.deepEqual(Object.keys(JSON.parse(line)), [...order.split(" "), "lakehose"], errorType);
    assert.equal(line.indexOf("\n"), line.length - 1);
  }
});

test("serializeErrorRecord() says which record it is where Firehose does", () => {
  const http = JSON.parse(serializeErrorRecord({ ...REJECTED, piece: 3 }, "http-endpoint-failed").toString());
  assert.deepEqual([http.subsequenceNumber, http.dataId], [3, "42.3"]);
  assert.equal(JSON.parse(serializeErrorRecord(REJECTED, "splunk-failed").toString()).EventId, "42.0");
});

test("serializeErrorRecord() writes numbers as numbers and bytes as base64", () => {
  const line = JSON.parse(serializeErrorRecord(REJECTED).toString());
  assert.deepEqual(line, {
    rawData: "eyJ0aWNrZXJfc3ltYm9sIjoiUVhaIn0K",
    errorCode: REJECTED.code,
    errorMessage: REJECTED.message,
    attemptsMade: 1,
    arrivalTimestamp: 1_545_908_400_123,
    attemptEndingTimestamp: 1_545_908_460_456,
    lambdaARN: REJECTED.details?.lambdaARN,
    lakehose: {
      streamUid: REJECTED.streamUid,
      deliveryId: REJECTED.deliveryId,
      offset: 42,
      stage: "processors",
      errorType: "processing-failed",
    },
  });
});

test("readErrorRecords() gives back what was written, in pieces of any size", async () => {
  const types = ["processing-failed", "format-conversion-failed", "AmazonOpenSearchService-failed", "snowflake-failed"];
  const object = Buffer.concat(
    types.map((errorType, offset) => serializeErrorRecord({ ...REJECTED, offset, piece: offset }, errorType)),
  );
  for (const size of [object.length, 100, 1]) {
    const read = await readInPieces(object, size);
    assert.equal(read.length, types.length);
    for (const [index, entry] of read.entries()) {
      assert.ok("record" in entry);
      const { streamUid, deliveryId, stage } = REJECTED;
      assert.deepEqual(entry.record, {
        bytes: REJECTED.bytes,
        code: REJECTED.code,
        message: REJECTED.message,
        attempts: 1,
        arrivalMs: REJECTED.arrivalMs,
        attemptEndingMs: REJECTED.attemptEndingMs,
        details: REJECTED.details,
        identity: {
          streamUid,
          deliveryId,
          offset: index,
          piece: index,
          stage,
          errorType: types[index],
          inDoubt: false,
        },
      });
    }
  }
});

test("readErrorRecords() reads AWS's own forms, run together, with numbers as strings", async () => {
  const lambda = `{"attemptsMade":"4","arrivalTimestamp":"1542000000000","errorCode":"Lambda.InvokeAccessDenied","errorMessage":"Access was denied. \\"}\\"","attemptEndingTimestamp":"1542000001000","rawData":"YQ==","lambdaArn":"arn:f"}`;
  const conversion = `{"attemptsMade":1,"arrivalTimestamp":1,"lastErrorCode":"DataFormatConversion.ParseError","lastErrorMessage":"bad","attemptEndingTimestamp":2,"rawData":"Yg==","sequenceNumber":"495","subSequenceNumber":null,"dataCatalogTable":{"catalogId":null,"databaseName":"d"}}`;
  const guide = `{"attemptsMade":1,"ErrorCode":"x","ErrorMessage":"y","rawData":"Yw=="}`;
  const read = await readInPieces(Buffer.from(`${lambda}${conversion}\r\n${guide}`), 7);
  const records = read.map((entry) => ("record" in entry ? entry.record : assert.fail(entry.problem)));
  assert.deepEqual(
    records.map(({ bytes, code, attempts, identity }) => [bytes.toString(), code, attempts, identity]),
    [
      ["a", "Lambda.InvokeAccessDenied", 4, undefined],
      ["b", "DataFormatConversion.ParseError", 1, undefined],
      ["c", "x", 1, undefined],
    ],
  );
  assert.equal(records[0]?.arrivalMs, 1_542_000_000_000);
  assert.deepEqual(records[0]?.details, { lambdaArn: "arn:f" });
  assert.deepEqual(Object.keys(records[1]?.details ?? {}), ["sequenceNumber", "subSequenceNumber", "dataCatalogTable"]);
});

test("readErrorRecords() tells where a bad piece stands and reads on", async () => {
  const good = serializeErrorRecord(REJECTED);
  const object = Buffer.concat([Buffer.from('garbage\n{"a":1}{bad}{"rawData":"*"}\n'), good, Buffer.from('{"cut":')]);
  const read = await readInPieces(object, 5);
  assert.deepEqual(
    read.map((entry) => ("problem" in entry ? entry.at : "record")),
    [0, 8, 15, 20, "record", object.length - 7],
  );
});

test("readErrorRecords() finds the same records wherever the flow is cut", async () => {
  const value = fc.record({ message: fc.string({ unit: "binary" }), bytes: fc.uint8Array({ maxLength: 40 }) });
  const property = fc.asyncProperty(
    fc.array(value, { maxLength: 6 }),
    fc.integer({ min: 1, max: 50 }),
    async (list, size) => {
      const object = Buffer.concat(list.map((changed) => serializeErrorRecord({ ...REJECTED, ...changed })));
      const read = await readInPieces(object, size);
      const found = read.map((entry) => ("record" in entry ? entry.record.bytes.toString("hex") : entry.problem));
      assert.deepEqual(
        found,
        list.map(({ bytes }) => Buffer.from(bytes).toString("hex")),
      );
    },
  );
  await fc.assert(property, { numRuns: 200 });
});

async function readInPieces(object: Buffer, size: number): Promise<ErrorRecordRead[]> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < object.length; at += size) pieces.push(object.subarray(at, at + size));
  const read: ErrorRecordRead[] = [];
  for await (const entry of readErrorRecords(pieces)) read.push(entry);
  return read;
}
