import assert from "node:assert/strict";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { type TestContext, test } from "node:test";
import type { StartOptions } from "../../src/server/index.ts";
import {
  Browser,
  OIDC_CLIENT,
  type OidcUnderTestOptions,
  oidcUnderTest,
  passProvider,
} from "../fakes/oidc-under-test.ts";
import { startJourney } from "./journey.ts";

/** Signing in with a real provider: who gets in as what, and what a stranger cannot make of the way there and back. */

const GROUPS: Readonly<Record<string, readonly string[]>> = {
  ada: ["platform", "staff"],
  vera: ["staff"],
  eve: ["other"],
};
const ROLES = { viewer: ["staff"], operator: ["ops"], admin: ["platform"] };

type Oidc = NonNullable<NonNullable<StartOptions["signIn"]>["oidc"]>;

async function world(t: TestContext, more: Partial<OidcUnderTestOptions> = {}, oidc: Partial<Oidc> = {}) {
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const redirectUri = `${publicUrl}/api/session/oidc/callback`;
  const claims = (account: string) => ({ groups: GROUPS[account] ?? [], email: `${account}@example.com` });
  const provider = await oidcUnderTest(t, { redirectUri, claims, ...more });
  const { lakehose } = await startJourney(t, {
    port,
    signIn: {
      publicUrl,
      oidc: {
        issuer: provider.issuer,
        ...OIDC_CLIENT,
        label: "Example account",
        scopes: ["openid", "email", "groups"],
        roles: ROLES,
        ...oidc,
      },
    },
    tokens: [{ name: "root", token: "token-of-root" }],
  });
  const { url } = lakehose;
  const whoIs = async (browser: Browser) =>
    ((await (await browser.fetch(`${url}/api/session`)).json()) as { user: Record<string, string> | null }).user;
  /** To the provider and back, up to the address that it sends the browser back to. */
  const setOut = (browser: Browser, account: string, query = "") =>
    passProvider(browser, `${url}/api/session/oidc${query}`, account, /\/callback\?/);
  const arrive = (browser: Browser, callback: string) => browser.fetch(callback);
  return { url, provider, whoIs, setOut, arrive };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test("people sign in with a provider, and their groups say what they may do", async (t) => {
  const { url, whoIs, setOut, arrive } = await world(t);
  const view = (await (await fetch(`${url}/api/session`)).json()) as object;
  const way = { label: "Example account", path: "/api/session/oidc" };
  assert.deepEqual(view, { required: true, user: null, signIn: { password: false, oidc: way } });
  for (const [account, role] of [
    ["ada", "admin"],
    ["vera", "viewer"],
  ] as const) {
    const browser = new Browser();
    const callback = await setOut(browser, account, "?returnTo=/streams/clicks");
    const answer = await arrive(browser, callback);
    assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/streams/clicks"]);
    assert.match(answer.headers.get("set-cookie") ?? "", /^lakehose-session=[\w-]{43};.* HttpOnly; SameSite=Strict$/);
    const user = await whoIs(browser);
    assert.deepEqual([user?.name, user?.role, user?.via], [`oidc:${account}@example.com`, role, "oidc"]);
    const audit = await browser.fetch(`${url}/api/audit`);
    assert.equal(audit.status, role === "admin" ? 200 : 403);
  }
});

test("groups may also be in the proof itself, and the name may be the subject", async (t) => {
  const { whoIs, setOut, arrive } = await world(t, { groupsInProof: true }, { nameClaim: "no-such-claim" });
  const browser = new Browser();
  await arrive(browser, await setOut(browser, "ada"));
  assert.deepEqual((await whoIs(browser))?.name, "oidc:ada");
});

test("who is in no group with a role does not get in, and is told why", async (t) => {
  const { url, whoIs, setOut, arrive } = await world(t);
  const browser = new Browser();
  const answer = await arrive(browser, await setOut(browser, "eve"));
  assert.equal(answer.headers.get("location"), "/?signInFailed=no-role");
  assert.equal(await whoIs(browser), null);
  const audit = await fetch(`${url}/api/audit`, { headers: { authorization: "Bearer token-of-root" } });
  const { entries } = (await audit.json()) as { entries: { action: string; outcome: string; reason: string }[] };
  assert.deepEqual([entries[0]?.action, entries[0]?.outcome], ["lakehose:SignIn", "refused"]);
  assert.match(entries[0]?.reason ?? "", /oidc:eve@example.com is in no group/);
});

test("an answer of the provider counts once, and only for the browser that set out", async (t) => {
  const { url, whoIs, setOut, arrive } = await world(t);
  const locationOf = async (browser: Browser, callback: string) =>
    (await arrive(browser, callback)).headers.get("location");
  const [attacker, victim, owner] = [new Browser(), new Browser(), new Browser()];
  const stolen = await setOut(attacker, "ada");
  assert.equal(await locationOf(victim, stolen), "/?signInFailed=flow-unknown", "login CSRF");
  assert.equal(await whoIs(victim), null);
  assert.equal(await locationOf(attacker, stolen), "/?signInFailed=flow-unknown", "it was tried once");
  const good = await setOut(owner, "ada");
  assert.equal(await locationOf(owner, good), "/");
  assert.equal(await locationOf(owner, good), "/?signInFailed=flow-unknown", "replayed");
  const own = new Browser();
  const real = new URL(await setOut(own, "vera"));
  const state = real.searchParams.get("state") ?? "";
  await own.visit(`${url}/api/session/oidc`, /127\.0\.0\.1:\d+\/auth\?/);
  assert.equal(await locationOf(own, real.href), "/?signInFailed=flow-unknown", "a later flow has taken its place");
  for (const query of ["", "?code=x", `?code=x&state=${state}`, "?state=&code=", "?error=access_denied"]) {
    const location = await locationOf(own, `${url}/api/session/oidc/callback${query}`);
    assert.equal(location, "/?signInFailed=flow-unknown", query);
  }
  assert.equal(await whoIs(own), null);
});

test("a code, an issuer or a state that was exchanged for another opens nothing", async (t) => {
  const { whoIs, setOut, arrive } = await world(t);
  const tampered: readonly ((url: URL) => void)[] = [
    (url) => url.searchParams.set("code", "A".repeat(43)),
    (url) => url.searchParams.delete("code"),
    (url) => url.searchParams.set("iss", "https://evil.example"),
    (url) => url.searchParams.set("error", "access_denied"),
    (url) => url.searchParams.append("state", "x"),
  ];
  for (const tamper of tampered) {
    const browser = new Browser();
    const callback = new URL(await setOut(browser, "ada"));
    tamper(callback);
    const location = (await arrive(browser, callback.href)).headers.get("location");
    assert.equal(location, "/?signInFailed=provider-failed", callback.search);
    assert.equal(await whoIs(browser), null);
  }
  const [one, other] = [new Browser(), new Browser()];
  const [mine, theirs] = [new URL(await setOut(one, "vera")), new URL(await setOut(other, "ada"))];
  mine.searchParams.set("code", theirs.searchParams.get("code") ?? "");
  const location = (await arrive(one, mine.href)).headers.get("location");
  assert.equal(location, "/?signInFailed=provider-failed", "PKCE and nonce: the code belongs to another flow");
});

test("nobody is led elsewhere after signing in", async (t) => {
  const { setOut, arrive } = await world(t);
  const elsewhere = [
    "https://evil.example",
    "//evil.example",
    "/\\evil.example",
    "evil",
    "/%0d%0aset-cookie:x",
    `/${"x".repeat(600)}`,
  ];
  const browser = new Browser();
  for (const path of elsewhere) {
    const asked = path.startsWith("/%") ? path : encodeURIComponent(path);
    const answer = await arrive(browser, await setOut(browser, "vera", `?returnTo=${asked}`));
    assert.equal(answer.headers.get("location"), "/", path);
  }
});

test("a provider that is down costs a sign-in, and the next one goes through", async (t) => {
  const { url, provider, whoIs, setOut, arrive } = await world(t);
  provider.down = true;
  const answer = await fetch(`${url}/api/session/oidc`, { redirect: "manual" });
  assert.equal(answer.status, 503);
  assert.match(((await answer.json()) as { message: string }).message, /sign-in provider did not let you in: http:/);
  provider.down = false;
  const [unlucky, lucky] = [new Browser(), new Browser()];
  const callback = await setOut(unlucky, "ada");
  provider.down = true;
  assert.equal((await arrive(unlucky, callback)).headers.get("location"), "/?signInFailed=provider-failed");
  provider.down = false;
  await arrive(lucky, await setOut(lucky, "ada"));
  assert.equal((await whoIs(lucky))?.role, "admin");
});
