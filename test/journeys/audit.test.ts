import assert from "node:assert/strict";
import { test } from "node:test";
import { DeleteDeliveryStreamCommand, TagDeliveryStreamCommand } from "@aws-sdk/client-firehose";
import type { AuditEntry } from "../../src/access/audit-log.ts";
import { clientOf, createStream, startJourney } from "./journey.ts";
import { runCli } from "./run-cli.ts";

/** Who changed what: through the AWS wire, through the admin API, and as the command line shows it. */

const KEY = { accessKeyId: "AKIAADMIN", secretAccessKey: "secret-of-admin" };
const READER = { accessKeyId: "AKIAREADER", secretAccessKey: "secret-of-reader" };
const allow = [{ actions: ["firehose:Describe*"], resources: ["*"] }];
const TOKENS = [
  { name: "root", token: "token-of-root", role: "admin" as const },
  { name: "eyes", token: "token-of-eyes", role: "viewer" as const },
];

async function entriesOf(url: string, token = "token-of-root"): Promise<readonly AuditEntry[]> {
  const answer = await fetch(`${url}/api/audit`, { headers: { authorization: `Bearer ${token}` } });
  return ((await answer.json()) as { entries: readonly AuditEntry[] }).entries;
}

test("changes through the AWS wire are under the access key id, with what was and what is", async (t) => {
  const journey = await startJourney(t, { accessKeys: [KEY, { ...READER, allow }], tokens: TOKENS });
  const { url } = journey.lakehose;
  const client = clientOf(t, url, { credentials: { ...KEY } });
  await createStream(client, "clicks");
  const tags = [{ Key: "lakehose:roll-idle", Value: "6h" }];
  await client.send(new TagDeliveryStreamCommand({ DeliveryStreamName: "clicks", Tags: tags }));
  const reader = clientOf(t, url, { credentials: { ...READER } });
  await assert.rejects(reader.send(new DeleteDeliveryStreamCommand({ DeliveryStreamName: "clicks" })));
  const [refused, tagged, created, ...rest] = await entriesOf(url);
  assert.deepEqual(rest, []);
  assert.deepEqual(
    [created?.who, created?.proof, created?.action],
    ["AKIAADMIN", "key", "firehose:CreateDeliveryStream"],
  );
  assert.deepEqual([created?.subjects, created?.outcome, created?.from], [["streams/clicks"], "done", "127.0.0.1"]);
  assert.equal(created?.before, undefined);
  assert.equal((created?.after as { name?: string } | undefined)?.name, "clicks");
  const [was, is] = [tagged?.before, tagged?.after] as { version?: string; settings?: object }[];
  assert.deepEqual([was?.settings, is?.settings], [{}, { "roll-idle": 21_600_000 }]);
  assert.deepEqual([refused?.who, refused?.outcome], ["AKIAREADER", "refused"]);
  assert.match(refused?.reason ?? "", /AccessDeniedException: .*firehose:DeleteDeliveryStream/);
  assert.ok(!JSON.stringify(await entriesOf(url)).includes("secret-of"));
});

test("changes through the admin API are under the token's name, those refused too; reading is no change", async (t) => {
  const { lakehose } = await startJourney(t, { tokens: TOKENS });
  const { url } = lakehose;
  const call = (method: string, path: string, token: string, body?: object) =>
    fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).then(({ status }) => status);
  const job = (statement: string) => ({ kind: "sql", options: { statement } });
  assert.equal(await call("PUT", "/api/jobs/daily", "token-of-root", job("SELECT 1")), 200);
  assert.equal(await call("PUT", "/api/jobs/daily", "token-of-root", job("SELECT 2")), 200);
  assert.equal(await call("DELETE", "/api/jobs/daily", "token-of-eyes"), 403);
  assert.equal(await call("PUT", "/api/jobs/daily", "token-of-root", { kind: "no such kind" }), 400);
  assert.equal(await call("POST", "/api/queries", "token-of-root", { sql: "SELECT 1" }), 200);
  assert.equal(await call("POST", "/api/queries", "token-of-root", { sql: "CREATE DATABASE d" }), 200);
  assert.equal(await call("GET", "/api/jobs", "token-of-eyes"), 200);
  assert.equal(await call("GET", "/api/audit", "token-of-eyes"), 403);
  const [created, failed, refused, changed, defined, ...rest] = await entriesOf(url);
  assert.deepEqual(rest, []);
  assert.deepEqual([defined?.who, defined?.role, defined?.subjects], ["root", "admin", ["jobs/daily"]]);
  assert.deepEqual(
    [changed?.before, changed?.after],
    [
      { options: { statement: "SELECT 1" }, version: 1 },
      { options: { statement: "SELECT 2" }, version: 2 },
    ],
  );
  assert.deepEqual([refused?.who, refused?.outcome, refused?.action], ["eyes", "refused", "lakehose:DeleteJob"]);
  assert.deepEqual([failed?.outcome, failed?.request], ["failed", { kind: "no such kind" }]);
  assert.deepEqual(
    [created?.action, created?.request],
    ["lakehose:StartQuery", { sql: "CREATE DATABASE d", database: "default" }],
  );
  const { code, out } = await runCli(url, [
    "audit",
    "--token",
    "token-of-root",
    "--subject",
    "jobs/daily",
    "--limit",
    "2",
  ]);
  assert.equal(code, 0);
  assert.match(out, /eyes +127\.0\.0\.1 +lakehose:DeleteJob +jobs\/daily +refused/);
  assert.equal(out.trim().split("\n").length, 3);
});

test("a token with a role and no rules is for the admin API alone", async (t) => {
  const { lakehose } = await startJourney(t, { tokens: TOKENS });
  const headers = { authorization: "Bearer token-of-root" };
  const answer = await fetch(`${lakehose.url}/v1/streams/clicks/records`, { method: "POST", headers, body: "x\n" });
  assert.equal(answer.status, 403);
});

test("without keys nothing is asked for, and the log says that nobody had to prove who they are", async (t) => {
  const { lakehose, client } = await startJourney(t);
  await createStream(client, "clicks");
  const session = (await (await fetch(`${lakehose.url}/api/session`)).json()) as object;
  assert.deepEqual(session, { required: false, user: null, signIn: { password: false, oidc: null } });
  const [created] = await entriesOf(lakehose.url, "");
  assert.deepEqual([created?.who, created?.proof, created?.subjects], ["any", "nothing", ["streams/clicks"]]);
  const { out } = await runCli(lakehose.url, ["audit"]);
  assert.match(out, /\(any\) +127\.0\.0\.1 +firehose:CreateDeliveryStream +streams\/clicks +done/);
});

test("lakehose users hash prints what the configuration takes", async (t) => {
  const { out } = await runCli("", ["users", "hash"], "correct horse\n");
  const { lakehose } = await startJourney(t, {
    signIn: { users: [{ name: "ana", passwordHash: out.trim(), role: "viewer" }] },
  });
  const body = JSON.stringify({ user: "ana", password: "correct horse" });
  assert.equal((await fetch(`${lakehose.url}/api/session`, { method: "POST", body })).status, 200);
});
