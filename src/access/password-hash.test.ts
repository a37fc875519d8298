import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom, systemRandom } from "../std/random.ts";
import { hashPassword, isPassword, parsePasswordHash } from "./password-hash.ts";

test("hashPassword() makes what isPassword() knows again, and nothing else is it", async () => {
  const text = await hashPassword("pässword €", systemRandom);
  assert.match(text, /^\$scrypt\$ln=15,r=8,p=3\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  const hash = parsePasswordHash(text);
  assert.equal(await isPassword("pässword €", hash), true);
  assert.equal(await isPassword("pa\u0308ssword €", hash), true);
  assert.equal(await isPassword("pässword", hash), false);
  assert.equal(await isPassword("", hash), false);
});

test("hashPassword() agrees with scrypt of RFC 7914 as other programs write it", async () => {
  // RFC 7914, section 12: P="pleaseletmein", S="SodiumChloride", N=16384, r=8, p=1, the first 64 bytes.
  const digest = Buffer.from(
    "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887",
    "hex",
  );
  const base64 = (bytes: Buffer) => bytes.toString("base64").replace(/=+$/, "");
  const hash = { ...parsePasswordHash(await hashPassword("x", seededRandom(1))), logCost: 14, parallelism: 1 };
  assert.equal(await isPassword("pleaseletmein", { ...hash, salt: Buffer.from("SodiumChloride"), digest }), true);
  assert.deepEqual(parsePasswordHash(`$scrypt$ln=14,r=8,p=1$${"A".repeat(22)}$${base64(digest)}`).digest, digest);
});

test("parsePasswordHash() refuses what is no hash, costs nothing or too much, and does not repeat it", () => {
  const [salt, digest] = ["A".repeat(22), "B".repeat(43)];
  const refused = [
    "plain-password",
    "",
    `$scrypt$ln=1,r=1,p=1$${salt}$${digest}`,
    `$scrypt$ln=20,r=8,p=1$${salt}$${digest}`,
    `$scrypt$ln=15,r=8,p=99$${salt}$${digest}`,
    `$scrypt$ln=0,r=0,p=0$${salt}$${digest}`,
    `$argon2id$v=19$m=1,t=1,p=1$${salt}$${digest}`,
  ];
  for (const text of refused) {
    assert.throws(() => parsePasswordHash(text), /lakehose users hash/, text);
    assert.throws(
      () => parsePasswordHash(text),
      (error: Error) => text === "" || !error.message.includes(text),
    );
  }
});
