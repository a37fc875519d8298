import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { request } from "node:https";
import { test } from "node:test";
import { hashPassword } from "../../src/access/password-hash.ts";
import { systemRandom } from "../../src/std/random.ts";
import { startJourney } from "./journey.ts";

interface Answer {
  readonly status: number;
  readonly cookie: string;
}

test("under TLS the cookie is kept to TLS and to this host, and pages of plain HTTP are pages of another site", async (t) => {
  const passwordHash = await hashPassword("correct horse", systemRandom);
  const { data, lakehose } = await startJourney(t, {
    tls: { selfSigned: true },
    signIn: { users: [{ name: "ada", passwordHash, role: "admin" }] },
  });
  const ca = await readFile(`${data}/meta/tls/ca.pem`);
  const call = (method: string, path: string, headers: Record<string, string>, body = "") =>
    new Promise<Answer>((resolve, reject) => {
      const asking = request(`${lakehose.url}${path}`, { method, headers, ca }, (answer) => {
        answer.resume();
        resolve({ status: answer.statusCode ?? 0, cookie: answer.headers["set-cookie"]?.[0] ?? "" });
      });
      asking.on("error", reject);
      asking.end(body);
    });
  const credentials = JSON.stringify({ user: "ada", password: "correct horse" });
  const plain = { origin: lakehose.url.replace("https:", "http:") };
  assert.equal((await call("POST", "/api/session", plain, credentials)).status, 403);
  const { status, cookie } = await call("POST", "/api/session", { origin: lakehose.url }, credentials);
  assert.equal(status, 200);
  assert.match(
    cookie,
    /^__Host-lakehose-session=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict; Secure$/,
  );
  const pair = cookie.split(";")[0] ?? "";
  assert.equal((await call("GET", "/api/streams", { cookie: pair })).status, 200);
  assert.equal((await call("GET", "/api/streams", { cookie: pair.replace("__Host-", "") })).status, 401);
});
