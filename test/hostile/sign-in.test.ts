import assert from "node:assert/strict";
import { request } from "node:http";
import { type TestContext, test } from "node:test";
import { hashPassword } from "../../src/access/password-hash.ts";
import type { Role } from "../../src/access/role.ts";
import { type StartOptions, start } from "../../src/server/index.ts";
import { systemRandom } from "../../src/std/random.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { temporaryFolder } from "../journeys/journey.ts";

/** Who tries to come in without a right to, or to do more than their role allows: with a whole server around it. */

const PASSWORD = "correct horse";
const passwordHash = await hashPassword(PASSWORD, systemRandom);
const user = (name: string, role: Role) => ({ name, passwordHash, role });
const USERS = [user("vera", "viewer"), user("olga", "operator"), user("ada", "admin")];
const JOB = { kind: "sql", options: { statement: "SELECT 1" } };

interface Asked {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
}

async function world(t: TestContext, more: StartOptions = {}) {
  const data = more.data ?? (await temporaryFolder(t));
  const lakehose = await start({ signIn: { users: USERS }, ...more, data });
  afterwards(t, () => lakehose.close());
  const { url } = lakehose;
  const call = (path: string, init?: Asked) => fetch(`${url}${path}`, { redirect: "manual", ...init });
  const post = (user: string, password: string, headers: Record<string, string> = {}) =>
    call("/api/session", { method: "POST", body: JSON.stringify({ user, password }), headers });
  /** A browser that has signed in: it sends the cookie, and says which page it is on. */
  const browserOf = async (name: string) => {
    const answer = await post(name, PASSWORD);
    assert.equal(answer.status, 200, await answer.clone().text());
    const cookie = cookieOf(answer);
    return Object.assign(
      (path: string, { headers, ...init }: Asked = {}) =>
        call(path, { ...init, headers: { cookie, origin: url, ...headers } }),
      { cookie },
    );
  };
  return { lakehose, data, url, call, post, browserOf };
}

/** The path as it is written: `fetch` would tidy it up first. */
function statusOf(url: string, path: string, { body, ...options }: Asked): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { ...options, path }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asking.on("error", reject);
    asking.end(body);
  });
}

function cookieOf(answer: Response): string {
  return answer.headers.get("set-cookie")?.split(";")[0] ?? "";
}

test("with users nobody comes in without a session, and their session is in a cookie that no script and no site gets", async (t) => {
  const { call, post, url } = await world(t);
  for (const path of ["/api/streams", "/api/audit", "/api/jobs", "/metrics"]) {
    assert.equal((await call(path)).status, 401, path);
  }
  assert.deepEqual(await (await call("/api/session")).json(), {
    required: true,
    user: null,
    signIn: { password: true, oidc: null },
  });
  const answer = await post("ada", PASSWORD);
  const cookie = answer.headers.get("set-cookie") ?? "";
  assert.match(cookie, /^lakehose-session=[\w-]{43}; Max-Age=86400; Path=\/; HttpOnly; SameSite=Strict$/);
  const headers = { cookie: cookieOf(answer) };
  assert.equal((await call("/api/streams", { headers })).status, 200);
  assert.equal(
    ((await (await call("/api/session", { headers })).json()) as { user: { name: string } }).user.name,
    "ada",
  );
  const left = await call("/api/session", { method: "DELETE", headers: { ...headers, origin: url } });
  assert.match(left.headers.get("set-cookie") ?? "", /^lakehose-session=; Max-Age=0;/);
  assert.equal((await call("/api/streams", { headers })).status, 401, "the cookie of an ended session");
});

test("a session that somebody planted is not taken over, and signing in ends the one before", async (t) => {
  const { call, post } = await world(t);
  const planted = `lakehose-session=${"A".repeat(43)}`;
  const own = cookieOf(await post("ada", PASSWORD, { cookie: planted }));
  assert.notEqual(own, planted);
  assert.equal((await call("/api/streams", { headers: { cookie: planted } })).status, 401);
  const next = cookieOf(await post("ada", PASSWORD, { cookie: own }));
  assert.equal((await call("/api/streams", { headers: { cookie: own } })).status, 401);
  assert.equal((await call("/api/streams", { headers: { cookie: next } })).status, 200);
  const both = `lakehose-session=${"B".repeat(43)}; ${next}`;
  assert.equal((await call("/api/streams", { headers: { cookie: both } })).status, 401, "two cookies of one name");
});

test("forged cookies open nothing", async (t) => {
  const { call, post } = await world(t);
  const good = cookieOf(await post("ada", PASSWORD)).split("=")[1] ?? "";
  const forged = [
    "",
    "admin",
    good.slice(0, -1),
    `${good}x`,
    `"${good}"`,
    good.toUpperCase(),
    encodeURIComponent(`${good}\u0000`),
    "__proto__",
    "A".repeat(10_000),
    `${good.slice(0, 20)} ${good.slice(20)}`,
  ];
  for (const value of forged) {
    const answer = await call("/api/streams", { headers: { cookie: `lakehose-session=${value}` } });
    assert.equal(answer.status, 401, value);
  }
  const other = { cookie: `Lakehose-Session=${good}; __Host-lakehose-session=${good}` };
  assert.equal((await call("/api/streams", { headers: other })).status, 401);
});

test("pages of other sites change nothing, whatever the browser sends along", async (t) => {
  const { call, post, browserOf, url } = await world(t);
  const cookie = cookieOf(await post("ada", PASSWORD));
  const put = (headers: Record<string, string>) =>
    call("/api/jobs/daily", { method: "PUT", body: JSON.stringify(JOB), headers: { cookie, ...headers } });
  const refused: readonly Record<string, string>[] = [
    {},
    { origin: "https://evil.example" },
    { origin: "null" },
    { origin: `${url}.evil.example` },
    { origin: url.replace("http:", "https:") },
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site", origin: url },
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
    { origin: "https://evil.example", "x-forwarded-host": "evil.example" },
    { referer: `${url}/` },
  ];
  for (const headers of refused) assert.equal((await put(headers)).status, 403, JSON.stringify(headers));
  const elsewhere = { origin: "https://evil.example" };
  assert.equal((await post("ada", PASSWORD, elsewhere)).status, 403, "nor signs anybody in");
  const away = await call("/api/session", { method: "DELETE", headers: { cookie, ...elsewhere } });
  assert.equal(away.status, 403, "nor signs anybody out");
  assert.equal((await put({ origin: url })).status, 200);
  assert.equal((await put({ "sec-fetch-site": "same-origin" })).status, 200);
  const ada = await browserOf("ada");
  assert.equal((await ada("/api/jobs/daily", { method: "DELETE" })).status, 200);
});

test("who guesses is made to wait, and no header makes another address", async (t) => {
  const { post } = await world(t);
  const guesses = Array.from({ length: 12 }, (_, n) => {
    const headers = { "x-forwarded-for": `192.0.2.${n}`, forwarded: `for=192.0.2.${n}`, "x-real-ip": `192.0.2.${n}` };
    return post("ada", `guess ${n}`, headers);
  });
  const answers = await Promise.all(guesses);
  const refused = answers.filter(({ status }) => status === 429);
  assert.deepEqual([refused.length, answers.filter(({ status }) => status === 401).length], [7, 5]);
  assert.match(refused[0]?.headers.get("retry-after") ?? "", /^[1-9]\d*$/);
  assert.match((await refused[0]?.text()) ?? "", /"code":"ThrottlingException"/);
  const unknown = await post("nobody", "guess");
  const wrong = await post("vera", "guess");
  assert.deepEqual(await unknown.json(), await wrong.json(), "nobody learns which names there are");
});

test("a sign-in that is no sign-in is refused by its shape", async (t) => {
  const { call, url } = await world(t);
  const bodies = [
    "",
    "{",
    "[]",
    "null",
    '{"user":"ada"}',
    '{"user":{"$ne":1},"password":"x"}',
    '{"user":"","password":""}',
  ];
  const more = ['{"user":"ada","password":["correct horse"]}', '{"user":"ada","password":"x","role":"admin"}'];
  for (const body of [...bodies, ...more]) {
    assert.equal((await call("/api/session", { method: "POST", body })).status, 400, body);
  }
  const long = JSON.stringify({ user: "ada", password: "x".repeat(20_000) });
  assert.equal((await call("/api/session", { method: "POST", body: long })).status, 413);
  for (const method of ["PUT", "PATCH", "OPTIONS"]) {
    assert.equal((await call("/api/session", { method, headers: { origin: url } })).status, 404, method);
  }
});

test("a role does what it covers and nothing else, by whatever method, path or header it is asked for", async (t) => {
  const { browserOf, url } = await world(t);
  const [viewer, operator, admin] = [await browserOf("vera"), await browserOf("olga"), await browserOf("ada")];
  const put = { method: "PUT", body: JSON.stringify(JOB) };
  assert.equal((await admin("/api/jobs/daily", put)).status, 200);
  const ladder: readonly (readonly [string, Asked, Role])[] = [
    ["/api/jobs", {}, "viewer"],
    ["/api/queries", { method: "POST", body: '{"sql":"SELECT 1"}' }, "operator"],
    ["/api/queries", { method: "POST", body: '{"sql":"DROP TABLE d.t"}' }, "admin"],
    ["/api/queries", { method: "POST", body: '{"sql":"/* select */ DROP TABLE d.t"}' }, "admin"],
    ["/api/jobs/daily/runs", { method: "POST" }, "operator"],
    ["/api/jobs/daily", put, "admin"],
    ["/api/audit", {}, "admin"],
  ];
  for (const [path, init, role] of ladder) {
    const roles = { viewer, operator, admin };
    const statuses = await Promise.all(Object.values(roles).map(async (as) => (await as(path, init)).status));
    const lowest = Object.keys(roles).indexOf(role);
    const expected = [0, 1, 2].map((at) => at >= lowest);
    assert.deepEqual(
      statuses.map((status) => status !== 403),
      expected,
      `${init.method ?? "GET"} ${path} ${init.body ?? ""}: ${statuses}`,
    );
  }
  const odd: readonly (readonly [string, Asked])[] = [
    ["/api/jobs/daily", { method: "DELETE" }],
    ["/api/jobs/dail%79", { method: "DELETE" }],
    ["/api/jobs/daily/", { method: "DELETE" }],
    ["/api//jobs/daily", { method: "DELETE" }],
    ["/api/./jobs/daily", { method: "DELETE" }],
    ["/api/session/../jobs/daily", { method: "DELETE" }],
    ["/api/session%2f..%2fjobs/daily", { method: "DELETE" }],
    ["/API/jobs/daily", { method: "DELETE" }],
    ["/api/jobs/daily?_method=DELETE", { method: "POST" }],
    ["/api/jobs/daily", { method: "POST", headers: { "x-http-method-override": "DELETE" } }],
    ["/api/jobs/daily", { method: "GET", headers: { "x-http-method-override": "DELETE", "x-method-override": "PUT" } }],
    ["/api/jobs/daily", { method: "PATCH", body: "{}" }],
    ["/api/jobs/daily", { method: "DELETE", headers: { authorization: "Bearer ada" } }],
    [
      "/api/jobs/daily",
      { method: "DELETE", headers: { "x-user": "ada", "x-role": "admin", "x-forwarded-user": "ada" } },
    ],
    ["/", { method: "POST", headers: { "x-amz-target": "Firehose_20150804.ListDeliveryStreams" } }],
  ];
  for (const [path, init] of odd) {
    const headers = { cookie: viewer.cookie, origin: url, ...init.headers };
    const status = await statusOf(url, path, { ...init, headers });
    assert.ok(status >= 400 || init.method === "GET", `${init.method} ${path}: ${status}`);
  }
  assert.equal((await admin("/api/jobs/daily")).status, 200, "the job is still there");
  assert.equal((await viewer("/", { method: "POST", ...odd.at(-1)?.[1] })).status, 400, "a session is no signature");
  assert.equal((await viewer("/v1/streams/s/records", { method: "POST", body: "x" })).status, 401);
});

test("sessions outlive a restart, and end with the password or role that they rest on", async (t) => {
  const data = await temporaryFolder(t);
  const first = await world(t, { data });
  const [vera, ada] = [await first.post("vera", PASSWORD), await first.post("ada", PASSWORD)].map(cookieOf);
  await first.lakehose.close();
  const users = [USERS[0], user("ada", "operator")].filter((one) => one !== undefined);
  const second = await start({ data, signIn: { users } });
  afterwards(t, () => second.close());
  const statusOf = async (cookie = "") => (await fetch(`${second.url}/api/streams`, { headers: { cookie } })).status;
  assert.deepEqual([await statusOf(vera), await statusOf(ada)], [200, 401]);
});
