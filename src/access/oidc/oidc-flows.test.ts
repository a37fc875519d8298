import assert from "node:assert/strict";
import { test } from "node:test";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { seededRandom } from "../../std/random.ts";
import { FLOW_MS_MAX, OidcFlows } from "./oidc-flows.ts";

test("OidcFlows.take() gives a flow to the browser that set out, once", () => {
  const flows = new OidcFlows(new PretendClock(), seededRandom(1));
  const { state, nonce, verifier } = flows.begin("/");
  assert.equal(new Set([state, nonce, verifier]).size, 3);
  assert.match(verifier, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(flows.take(state, state).nonce, nonce);
  assert.throws(() => flows.take(state, state), { code: "flow-unknown" });
});

test("OidcFlows.take() refuses the browser of somebody else, and spends the flow", () => {
  const flows = new OidcFlows(new PretendClock(), seededRandom(1));
  for (const browser of [undefined, "", "x", flows.begin("/").state]) {
    const { state } = flows.begin("/");
    assert.throws(() => flows.take(state, browser), { code: "flow-unknown" });
    assert.throws(() => flows.take(state, state), { code: "flow-unknown" });
  }
  for (const state of [null, "", "x"])
    assert.throws(() => flows.take(state, state ?? undefined), { code: "flow-unknown" });
});

test("OidcFlows forgets after ten minutes, and holds a bounded number", async () => {
  const clock = new PretendClock();
  const flows = new OidcFlows(clock, seededRandom(1));
  const late = flows.begin("/");
  await clock.advance(FLOW_MS_MAX);
  assert.throws(() => flows.take(late.state, late.state), { code: "flow-unknown" });
  for (let n = 0; n < 10_050; n++) flows.begin("/");
  assert.equal(flows.count, 10_000);
});
