import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import { seededRandom } from "../../std/random.ts";
import { HmacKey } from "./hmac-key.ts";

test("HmacKey.sign() is HMAC-SHA-256 for every length of key up to a block, and of text", () => {
  const random = seededRandom(4);
  for (let bytes = 0; bytes <= 64; bytes++) {
    const key = random.bytes(bytes);
    const text = random.bytes(bytes * 3).toString("latin1");
    assert.deepEqual(new HmacKey(key).sign(text), createHmac("sha256", key).update(text).digest());
  }
});
