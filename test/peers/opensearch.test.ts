import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";

const { LAKEHOSE_TEST_OPENSEARCH } = process.env;

describe("opensearch", { skip: !LAKEHOSE_TEST_OPENSEARCH && "LAKEHOSE_TEST_OPENSEARCH is not set" }, () => {
  it("takes documents in bulk, says of each what became of it, and finds them", async () => {
    const index = `peer-${randomUUID()}`;
    const actions = [{ create: { _index: index, _id: "1" } }, { create: { _index: index, _id: "1" } }];
    const body = actions.map((action) => `${JSON.stringify(action)}\n{"price":84.51}\n`).join("");
    const headers = { "content-type": "application/x-ndjson" };
    const bulk = await fetch(`${LAKEHOSE_TEST_OPENSEARCH}/_bulk?refresh=true`, { method: "POST", headers, body });
    const { items } = (await bulk.json()) as { items: { create: { status: number } }[] };
    assert.deepEqual(
      items.map(({ create }) => create.status),
      [201, 409],
    );
    const found = await fetch(`${LAKEHOSE_TEST_OPENSEARCH}/${index}/_count?q=price:84.51`);
    assert.equal(((await found.json()) as { count: number }).count, 1);
  });
});
