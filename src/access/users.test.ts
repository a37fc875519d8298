import assert from "node:assert/strict";
import { test } from "node:test";
import { systemRandom } from "../std/random.ts";
import { hashPassword } from "./password-hash.ts";
import { basisOf, Users } from "./users.ts";

const passwordHash = await hashPassword("right", systemRandom);
const ana = { name: "ana", passwordHash, role: "admin" } as const;

test("Users.check() knows a user by the right password alone", async () => {
  const users = new Users([ana]);
  assert.equal((await users.check("ana", "right"))?.role, "admin");
  assert.equal(await users.check("ana", "wrong"), undefined);
  assert.equal(await users.check("Ana", "right"), undefined);
  assert.equal(await users.check("__proto__", "right"), undefined);
  assert.equal(await new Users([]).check("ana", ""), undefined);
});

test("Users.check() hashes for a name that nobody has as it does for one that somebody has", async () => {
  const users = new Users([ana]);
  const cpuOf = async (name: string) => {
    const before = process.cpuUsage();
    await users.check(name, "wrong");
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  await cpuOf("ana");
  const [known, unknown] = [await cpuOf("ana"), await cpuOf("nobody")];
  assert.ok(unknown > known / 3 && unknown < known * 3, `${known} µs and ${unknown} µs`);
});

test("Users.check() refuses when too many wait, and takes up again", async () => {
  const users = new Users([ana]);
  const checks = await Promise.allSettled(Array.from({ length: 18 }, () => users.check("ana", "wrong")));
  const refused = checks.filter((check) => check.status === "rejected");
  assert.deepEqual(
    refused.map(({ reason }) => reason.code),
    ["busy", "busy"],
  );
  assert.equal((await users.check("ana", "right"))?.name, "ana");
});

test("basisOf() is another for another password or role", () => {
  const bases = [ana, { ...ana, role: "viewer" as const }, { ...ana, passwordHash: "x" }, { ...ana, name: "b" }];
  assert.equal(new Set(bases.map(basisOf)).size, 4);
});
