import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type DoorCall, DoorWorld, hookOf, tokenOf } from "../../../test/fakes/door-world.ts";

/**
 * Exchanges as the published formats have them, one per file of `test/fixtures/exchanges/`: when it happened, the request,
 * the answer, and what is in the stream afterwards. A file that is dropped there is a test. What may be sent again is sent
 * again, and leaves nothing more.
 */
const FOLDER = join(import.meta.dirname, "../../../test/fixtures/exchanges");

const HOOKS = [
  hookOf("github", {
    signature: "github",
    secrets: ["another", "github secret"],
    record: "envelope",
    headers: ["x-github-event"],
  }),
  hookOf("stripe", { signature: "stripe", secrets: ["whsec_new"] }),
  hookOf("slack", { signature: "slack", secrets: ["8f742231b10e8888abcd99yyyzzz85a5"] }),
  hookOf("shopify", { signature: "shopify", secrets: ["shopify secret"] }),
  hookOf("own", {
    signature: { header: "x-signature", encoding: "base64", prefix: "v1," },
    secrets: ["own secret"],
    id: { header: "x-request-id" },
  }),
];

interface Exchange {
  readonly nowMs: number;
  readonly call: DoorCall;
  readonly status: number;
  readonly answer: unknown;
  readonly records: string;
}

function readExchange(file: string): Exchange {
  const text = readFileSync(join(FOLDER, file), "utf8");
  const [, now = "", request = "", status = "", answer = "", records = ""] =
    /@now (\S+)\n(.*?)\n=== (\d+)\n(.*?)\n=== records\n(.*)$/s.exec(text) ?? assert.fail(`${file} is no exchange`);
  const [head = "", ...body] = request.split("\n\n");
  const [line = "", ...headers] = head.split("\n");
  const [method = "", path = ""] = line.split(" ");
  const pairs = headers.map((header) => header.split(/: (.*)/s, 2) as [string, string]);
  return {
    nowMs: Date.parse(now),
    call: { method, path, headers: Object.fromEntries(pairs), body: body.join("\n\n") },
    status: Number(status),
    answer: JSON.parse(answer),
    records: records.replace(/\n$/, ""),
  };
}

for (const file of readdirSync(FOLDER)) {
  test(`a door answers as recorded: ${file}`, async () => {
    const { nowMs, call, status, answer, records } = readExchange(file);
    const world = new DoorWorld({ nowMs, tokens: [tokenOf("key-of-the-edge")], hooks: HOOKS });
    const first = await world.call(call);
    assert.deepEqual([first.json, first.status], [answer, status]);
    assert.equal(world.streams.texts.join("\n"), records);
    const again = await world.call(call);
    assert.equal(again.status, status);
    assert.equal(world.streams.texts.join("\n"), records, "what comes again is not stored again");
  });
}
