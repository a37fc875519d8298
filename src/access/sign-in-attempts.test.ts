import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { SignInAttempts } from "./sign-in-attempts.ts";

/** Attempts, one a second, and how many of them were looked at. */
async function guess(attempts: SignInAttempts, clock: PretendClock, seconds: number, user: string, address: string) {
  let seen = 0;
  for (let second = 0; second < seconds; second++) {
    try {
      attempts.begin(user, address);
      seen++;
    } catch {
      // Refused unseen.
    }
    await clock.advance(1_000);
  }
  return seen;
}

test("SignInAttempts makes whoever guesses wait, longer each time up to a limit", async () => {
  const clock = new PretendClock();
  const attempts = new SignInAttempts(clock);
  for (let n = 0; n < 5; n++) attempts.begin("ana", "192.0.2.1");
  const refused = { code: "too-many-attempts", retryAfterMs: 1_000, message: /in 1 s/ };
  assert.throws(() => attempts.begin("ana", "192.0.2.1"), refused);
  await clock.advance(1_000);
  attempts.begin("ana", "192.0.2.1");
  assert.throws(() => attempts.begin("ana", "192.0.2.1"), { retryAfterMs: 2_000 });
  const seen = await guess(attempts, clock, 3_000, "ana", "192.0.2.1");
  assert.ok(seen < 3_000 / 60 + 10, `${seen} guesses were looked at`);
});

test("SignInAttempts: whoever guesses from one address is refused there, and the user gets in from elsewhere", async () => {
  const clock = new PretendClock();
  const attempts = new SignInAttempts(clock);
  await guess(attempts, clock, 3_600, "ana", "192.0.2.1");
  assert.throws(() => attempts.begin("bob", "192.0.2.1"), { code: "too-many-attempts" });
  await clock.advance(61_000);
  attempts.begin("ana", "192.0.2.2");
});

test("SignInAttempts: a success clears the user, and leaves what the address has guessed", async () => {
  const clock = new PretendClock();
  const attempts = new SignInAttempts(clock);
  for (let n = 0; n < 19; n++) attempts.begin(`user-${n}`, "192.0.2.1");
  for (let n = 0; n < 4; n++) attempts.begin("ana", "192.0.2.2");
  attempts.begin("ana", "192.0.2.1");
  attempts.succeeded("ana", "192.0.2.1");
  for (let n = 0; n < 4; n++) attempts.begin("ana", "192.0.2.3");
  attempts.begin("bob", "192.0.2.1");
  assert.throws(() => attempts.begin("eve", "192.0.2.1"), { code: "too-many-attempts" });
});

test("SignInAttempts counts all that come at the same moment, and all addresses of an IPv6 network as one", () => {
  const attempts = new SignInAttempts(new PretendClock());
  const begun = Array.from({ length: 100 }, (_, n) => {
    try {
      attempts.begin(`user-${n}`, `2001:db8::${n.toString(16)}`);
      return 1;
    } catch {
      return 0;
    }
  });
  assert.equal(
    begun.reduce((sum: number, one) => sum + one, 0),
    20,
  );
});

test("SignInAttempts: the wait begins when the password was found to be wrong, however long that took", async () => {
  const clock = new PretendClock();
  const attempts = new SignInAttempts(clock);
  for (let n = 0; n < 5; n++) attempts.begin("ana", "192.0.2.1");
  await clock.advance(30_000);
  attempts.failed("ana", "192.0.2.1");
  assert.throws(() => attempts.begin("ana", "192.0.2.1"), { retryAfterMs: 1_000 });
});

test("SignInAttempts forgets after a quiet hour, and holds a bounded number", async () => {
  const clock = new PretendClock();
  const attempts = new SignInAttempts(clock);
  for (let n = 0; n < 5; n++) attempts.begin("ana", "192.0.2.1");
  await clock.advance(3_600_001);
  for (let n = 0; n < 5; n++) attempts.begin("ana", "192.0.2.1");
  for (let n = 0; n < 30_000; n++) attempts.begin(`user-${n}`, `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`);
  assert.equal(attempts.counters, 20_000);
});
