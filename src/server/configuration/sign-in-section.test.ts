import assert from "node:assert/strict";
import { test } from "node:test";
import { stringify } from "yaml";
import { parseConfiguration } from "./load-configuration.ts";
import { signInSection } from "./sign-in-section.ts";

const HASH = `$scrypt$ln=15,r=8,p=3$${"A".repeat(22)}$${"B".repeat(43)}`;
const PUBLIC = { publicUrl: "https://lake.example.com/console" };
const OIDC = { issuer: "https://login.example.com", clientId: "lakehose" };
const ANA = { name: "ana", passwordHash: HASH, role: "admin" };

function parse(content: object, environment: Record<string, string> = {}) {
  return parseConfiguration(stringify(content), { path: "lakehose.yaml", environment });
}

test("signInSection has nobody in it unless told otherwise", () => {
  assert.deepEqual(signInSection.parse(undefined), {
    users: [],
    sessions: { idle: 7_200_000, life: 86_400_000 },
  });
});

test("a user is enough to listen beyond this machine, and their hash may lie elsewhere", () => {
  const user = { ...ANA, passwordHash: { env: "ANA_HASH" } };
  const { signIn } = parse({ host: "0.0.0.0", signIn: { users: [user] } }, { ANA_HASH: HASH });
  assert.deepEqual(signIn.users, [ANA]);
  assert.throws(() => parse({ host: "0.0.0.0", signIn: {} }), /signIn\.users/);
});

test("users that nobody could sign in as, or two as one, are refused with their place", () => {
  const refused: readonly (readonly [object, RegExp])[] = [
    [{ users: [{ ...ANA, passwordHash: "plain" }] }, /signIn\.users\[0\]\.passwordHash: .*lakehose users hash/],
    [{ users: [{ ...ANA, role: "root" }] }, /signIn\.users\[0\]\.role/],
    [{ users: [{ ...ANA, name: "a:b" }] }, /signIn\.users\[0\]\.name: .*expected letters/],
    [{ users: [ANA, ANA] }, /signIn\.users: expected each name once/],
    [{ publicUrl: "ftp://x" }, /signIn\.publicUrl/],
    [{ sessions: { idle: "1s" } }, /signIn\.sessions\.idle/],
    [{ oidc: OIDC }, /signIn\.publicUrl: expected the address/],
    [{ ...PUBLIC, oidc: { ...OIDC, issuer: "http://login.example.com" } }, /signIn\.oidc\.issuer: .*https/],
    [{ ...PUBLIC, oidc: { ...OIDC, scopes: ["email"] } }, /signIn\.oidc\.scopes: expected openid/],
    [{ ...PUBLIC, oidc: { ...OIDC, roles: { root: ["x"] } } }, /signIn\.oidc\.roles/],
  ];
  for (const [signIn, message] of refused) assert.throws(() => parse({ signIn }), message);
  assert.throws(
    () => parse({ signIn: { users: [{ ...ANA, passwordHash: "plain-secret" }] } }),
    (error: Error) => !error.message.includes("plain-secret"),
  );
});

test("a provider knows where it sends people back to, and is enough to listen beyond this machine", () => {
  const roles = { admin: ["platform"] };
  const { signIn } = parse({ host: "0.0.0.0", signIn: { ...PUBLIC, oidc: { ...OIDC, roles } } });
  assert.equal(signIn.oidc?.redirectUri, "https://lake.example.com/api/session/oidc/callback");
  assert.deepEqual(signIn.oidc?.roles, { viewer: [], operator: [], admin: ["platform"] });
  const local = parse({ signIn: { ...PUBLIC, oidc: { ...OIDC, issuer: "http://127.0.0.1:8080" } } });
  assert.equal(local.signIn.oidc?.issuer, "http://127.0.0.1:8080");
});

test("a token with a role has the rules of the admin API, one without has all, and `allow` goes before both", () => {
  const own = [{ actions: ["firehose:Put*"], resources: ["*"] }];
  const { tokens } = parse({
    tokens: [
      { name: "a", token: "1", role: "viewer" },
      { name: "b", token: "2" },
      { name: "c", token: "3", role: "operator", allow: own },
    ],
  });
  const rules = (action: string) => [{ actions: [action], resources: ["*"] }];
  assert.deepEqual(
    tokens.map(({ role, allow }) => [role, allow]),
    [
      ["viewer", rules("lakehose:*")],
      [undefined, rules("*")],
      ["operator", own],
    ],
  );
});
