import assert from "node:assert/strict";
import { test } from "node:test";
import type { FirehoseClient, PutRecordBatchCommand } from "@aws-sdk/client-firehose";
import type { Clock } from "../std/clock.ts";
import { seededRandom } from "../std/random.ts";
import { putRecords } from "./put-records.ts";

const clock: Clock = { now: () => 0, monotonic: () => 0, sleep: async () => undefined };
const options = { stream: "s", clock, random: seededRandom(1) };
const record = (name: string) => Buffer.from(name);

/** A client whose answers a function decides, record by record: true = accepted. */
function fakeClient(accepts: (record: string, call: number) => boolean) {
  const calls: string[][] = [];
  const send = async (command: PutRecordBatchCommand) => {
    const names = (command.input.Records ?? []).map(({ Data }) => Buffer.from(Data ?? []).toString());
    calls.push(names);
    const call = calls.length;
    return {
      RequestResponses: names.map((name) =>
        accepts(name, call)
          ? { RecordId: name }
          : { ErrorCode: "ServiceUnavailableException", ErrorMessage: "Slow down." },
      ),
    };
  };
  return { client: { send } as unknown as FirehoseClient, calls };
}

test("putRecords sends refused records again, and only those", async () => {
  const { client, calls } = fakeClient((name, call) => call > 1 || name !== "b");
  let accepted = 0;
  const summary = await putRecords(client, [record("a"), record("b"), record("c")], {
    ...options,
    onAccepted: (count) => {
      accepted += count;
    },
  });
  assert.deepEqual(calls, [["a", "b", "c"], ["b"]]);
  assert.deepEqual(summary, { records: 3, bytes: 3, calls: 2, resent: 1 });
  assert.equal(accepted, 3);
});

test("putRecords fills calls up to 500 records and 4 MiB", async () => {
  const { client, calls } = fakeClient(() => true);
  await putRecords(
    client,
    Array.from({ length: 501 }, () => record("x")),
    options,
  );
  assert.deepEqual(
    calls.map((call) => call.length),
    [500, 1],
  );
  const large = Buffer.alloc(900 * 1024, "x");
  const { client: second, calls: secondCalls } = fakeClient(() => true);
  await putRecords(second, [large, large, large, large, large], options);
  assert.deepEqual(
    secondCalls.map((call) => call.length),
    [4, 1],
  );
});

test("putRecords gives up with the server's words when records are refused for ever", async () => {
  const { client } = fakeClient(() => false);
  await assert.rejects(putRecords(client, [record("a")], options), /1 records of s were refused 12 times: Slow down\./);
});
