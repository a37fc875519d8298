import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { type TestContext, test } from "node:test";
import { noFunctions } from "../../test/fakes/no-functions.ts";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { startScriptedHttpServer } from "../../test/fakes/scripted-http-server.ts";
import type { AlarmNotification } from "./alarm-records.ts";
import { alarmTargetSchema } from "./alarm-section.ts";
import { openAlarmTarget } from "./open-alarm-target.ts";

const { signal } = new AbortController();
const BEGAN = Date.UTC(2026, 0, 1);
const NOTIFICATION: AlarmNotification = {
  id: "1f",
  rule: "late",
  stream: "clicks",
  state: "alarm",
  severity: "critical",
  beganAt: BEGAN,
  at: BEGAN,
  message: "freshness-seconds of stream clicks is 600, above 100 for 2 min",
};

async function fixture(t: TestContext, settingsAt: (address: string) => object) {
  const server = await startScriptedHttpServer();
  t.after(() => server.close());
  const clock = new PretendClock(BEGAN);
  const readSecret = (secret: unknown) => String(secret);
  const components = { functions: noFunctions, readSecret, clock };
  const target = openAlarmTarget(alarmTargetSchema.parse(settingsAt(server.address)), components);
  t.after(() => target.close());
  return { server, clock, target };
}

test("a webhook is told of a transition in one signed document", async (t) => {
  const { server, target } = await fixture(t, (address) => ({ webhook: { url: `${address}/hook`, secret: "s3cret" } }));
  await target.send(NOTIFICATION, signal);
  const [request] = server.seen;
  assert.deepEqual(JSON.parse(String(request?.body)), {
    ...NOTIFICATION,
    beganAt: "2026-01-01T00:00:00.000Z",
    at: "2026-01-01T00:00:00.000Z",
  });
  const hmac = createHmac("sha256", "s3cret")
    .update(request?.body ?? "")
    .digest("hex");
  assert.equal(request?.headers["x-lakehose-signature"], `sha256=${hmac}`);
  assert.equal(target.renew, undefined);
});

test("an Alertmanager gets an alert that lasts for a while, is renewed under the same labels, and ends", async (t) => {
  const { server, target, clock } = await fixture(t, (url) => ({ alertmanager: { url: `${url}/am/` } }));
  await target.send(NOTIFICATION, signal);
  await clock.advance(60_000);
  await target.renew?.([NOTIFICATION], signal);
  await target.send({ ...NOTIFICATION, state: "ok", at: BEGAN + 90_000 }, signal);
  assert.deepEqual(
    server.seen.map(({ method, url }) => `${method} ${url}`),
    Array(3).fill("POST /am/api/v2/alerts"),
  );
  const alerts = server.seen.map(({ body }) => JSON.parse(String(body))[0]);
  for (const { labels, startsAt } of alerts) {
    assert.deepEqual(labels, { alertname: "late", stream: "clicks", severity: "critical", job: "lakehose" });
    assert.equal(startsAt, "2026-01-01T00:00:00.000Z");
  }
  assert.deepEqual(
    alerts.map(({ endsAt }) => endsAt),
    ["2026-01-01T00:05:00.000Z", "2026-01-01T00:06:00.000Z", "2026-01-01T00:01:30.000Z"],
  );
});

test("a target that answers no has not taken the notification", async (t) => {
  const { server, target } = await fixture(t, (url) => ({ alertmanager: { url } }));
  server.answer({ status: 503, body: "later" });
  await assert.rejects(target.send(NOTIFICATION, signal), /answered 503, expected 200 to 299: later/);
});
