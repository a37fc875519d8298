import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { decompressBuffer } from "../../../test/fakes/decompress-buffer.ts";
import { LakehoseError } from "../../model/errors.ts";
import { seededRandom } from "../../std/random.ts";

/** Files that other programs wrote: `test/fixtures/crawler/generate.py`. */
const fixture = (name: string) => readFileSync(new URL(`../../../test/fixtures/crawler/${name}`, import.meta.url));
const plain = fixture("lines.json");
const packed = fixture("lines.bz2");
const BOUND = { outputBytesMax: 1_000_000 };

test("bzip2 is unpacked, also streams behind one another and one without content", async () => {
  assert.ok((await decompressBuffer(packed, BOUND)).equals(plain));
  const empty = Buffer.from("425a683917724538509000000000", "hex");
  assert.equal((await decompressBuffer(empty, BOUND)).length, 0);
  const joined = Buffer.concat([packed, empty, packed]);
  assert.ok((await decompressBuffer(joined, BOUND)).equals(Buffer.concat([plain, plain])));
});

test("bzip2 that is cut off, hurt or followed by something else is told", { timeout: 60_000 }, async () => {
  const random = seededRandom(5);
  const below = (bound: number) => Math.floor(random.fraction() * bound);
  const damaged = (error: unknown) => error instanceof LakehoseError && error.code === "damaged-object";
  for (let length = 11; length < packed.length; length += 7) {
    await assert.rejects(decompressBuffer(packed.subarray(0, length), BOUND), damaged, `${length} bytes`);
  }
  await assert.rejects(decompressBuffer(Buffer.concat([packed, Buffer.from("more")]), BOUND), damaged);
  for (let round = 0; round < 200; round++) {
    const hurt = Buffer.from(packed);
    const at = 10 + below(hurt.length - 10);
    hurt[at] = (hurt[at] ?? 0) ^ (1 << below(8));
    // A few bits say nothing: those that fill the last byte.
    const found = await decompressBuffer(hurt, BOUND).catch((error) => damaged(error) && plain);
    assert.ok(found !== false && found.equals(plain), `round ${round}`);
  }
});
