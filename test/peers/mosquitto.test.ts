import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import { connectAsync, type IClientOptions } from "mqtt";

const { LAKEHOSE_TEST_MOSQUITTO, LAKEHOSE_TEST_MOSQUITTO_TLS, LAKEHOSE_TEST_MOSQUITTO_CA } = process.env;

describe("mosquitto", { skip: !LAKEHOSE_TEST_MOSQUITTO && "LAKEHOSE_TEST_MOSQUITTO is not set" }, () => {
  it("gives each message of a shared subscription to one of its members", async (t) => {
    const topic = `peer/${randomUUID()}`;
    const members = [await openClient(t), await openClient(t)];
    const got: string[] = [];
    const all = new Promise<void>((resolve) => {
      for (const member of members) {
        member.on("message", (_, payload) => {
          if (got.push(payload.toString()) === 4) resolve();
        });
      }
    });
    for (const member of members) await member.subscribeAsync(`$share/group/${topic}`, { qos: 1 });
    const publisher = await openClient(t);
    for (const text of ["a", "b", "c", "d"]) await publisher.publishAsync(topic, text, { qos: 1 });
    await all;
    assert.deepEqual(got.sort(), ["a", "b", "c", "d"]);
  });

  it("speaks TLS with a certificate of its authority", async (t) => {
    const ca = await readFile(LAKEHOSE_TEST_MOSQUITTO_CA ?? "");
    assert.ok((await openClient(t, { ca }, LAKEHOSE_TEST_MOSQUITTO_TLS)).connected);
    await assert.rejects(openClient(t, {}, LAKEHOSE_TEST_MOSQUITTO_TLS), /self-signed|unable to verify/);
  });

  it("turns a wrong password away", async (t) => {
    const address = new URL(LAKEHOSE_TEST_MOSQUITTO ?? "");
    address.password = "wrong";
    await assert.rejects(openClient(t, {}, address.href), /Not authorized/);
  });
});

async function openClient(t: TestContext, options: IClientOptions = {}, address = LAKEHOSE_TEST_MOSQUITTO) {
  const client = await connectAsync(address ?? "", { protocolVersion: 5, ...options }, false);
  t.after(() => client.endAsync());
  return client;
}
