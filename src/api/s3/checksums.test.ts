import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { CHECKSUM_NAMES, startChecksum } from "./checksums.ts";

/** The check values of the catalogue of CRCs: over "123456789". */
const CHECKS: Readonly<Record<string, string>> = {
  crc32: "cbf43926",
  crc32c: "e3069283",
  crc64nvme: "ae8b14860a799888",
  sha1: createHash("sha1").update("123456789").digest("hex"),
  sha256: createHash("sha256").update("123456789").digest("hex"),
};

test("every checksum has its known value, whole and in pieces", () => {
  for (const name of CHECKSUM_NAMES) {
    for (const pieces of [["123456789"], ["1", "", "2345678", "9"]]) {
      const checksum = startChecksum(name);
      for (const piece of pieces) checksum?.update(Buffer.from(piece));
      assert.equal(Buffer.from(checksum?.digest() ?? "", "base64").toString("hex"), CHECKS[name], name);
    }
  }
  assert.equal(startChecksum("crc16"), undefined);
});
