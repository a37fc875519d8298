import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { PretendDisk } from "../../test/fakes/pretend-disk.ts";
import { systemRandom } from "../std/random.ts";
import { hashPassword } from "./password-hash.ts";
import { SignIn, type SignInOptions } from "./sign-in.ts";

const PASSWORD = "correct horse";
const ADA = { name: "ada", passwordHash: await hashPassword(PASSWORD, systemRandom), role: "admin" } as const;
const HOME = "192.0.2.1";

async function world(more: Partial<SignInOptions> = {}) {
  const clock = new PretendClock();
  const disk = new PretendDisk();
  await disk.makeDirectory("/data");
  const limits = { idleMs: 3_600_000, lifeMs: 86_400_000 };
  const about = { clock, disk, random: systemRandom, sessionsPath: "/data/sessions.json", limits };
  return { clock, signIn: await SignIn.open({ ...about, users: [ADA], ...more }) };
}

test("SignIn.withPassword() begins a session with the user's role", async () => {
  const { signIn } = await world();
  const { id } = await signIn.withPassword("ada", PASSWORD, HOME);
  const { user, role, via } = signIn.sessions.use(id) ?? {};
  assert.deepEqual([user, role, via], ["ada", "admin", "password"]);
});

test("SignIn.withPassword() says the same of a wrong name and a wrong password, also of one without end", async () => {
  const { signIn } = await world();
  const wrong = { code: "wrong-credentials", message: "There is no such user, or the password is another" };
  await assert.rejects(signIn.withPassword("ada", "guess", HOME), wrong);
  await assert.rejects(signIn.withPassword("nobody", PASSWORD, HOME), wrong);
  await assert.rejects(signIn.withPassword("ada", PASSWORD.repeat(1_000), HOME), wrong);
  assert.equal(signIn.sessions.count, 0);
});

test("SignIn.withPassword() refuses the right password, too, while its user has to wait", async () => {
  const { clock, signIn } = await world();
  for (let n = 0; n < 5; n++)
    await assert.rejects(signIn.withPassword("ada", "guess", HOME), { code: "wrong-credentials" });
  await assert.rejects(signIn.withPassword("ada", PASSWORD, "192.0.2.2"), { code: "too-many-attempts" });
  await clock.advance(1_000);
  assert.equal((await signIn.withPassword("ada", PASSWORD, HOME)).session.user, "ada");
});

test("SignIn without users or a provider says that there is no such way in", async () => {
  const { signIn } = await world({ users: [] });
  assert.equal(signIn.withPasswords, false);
  await assert.rejects(signIn.withPassword("ada", PASSWORD, HOME), { code: "not-configured" });
  await assert.rejects(signIn.withProvider("code=x", "x"), { code: "not-configured" });
});
