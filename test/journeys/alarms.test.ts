import assert from "node:assert/strict";
import { test } from "node:test";
import { startScriptedHttpServer } from "../fakes/scripted-http-server.ts";
import { afterwards } from "./cleanup.ts";
import { createStream, startJourney } from "./journey.ts";
import { runCli } from "./run-cli.ts";

test("alarms of the configuration are listed by the API and the command", async (t) => {
  const receiver = await startScriptedHttpServer();
  afterwards(t, () => receiver.close());
  const alarms = {
    rules: { late: { measure: "freshness-seconds" as const, above: 900 } },
    targets: { ops: { webhook: { url: `${receiver.address}/secret-path` } } },
  };
  const { lakehose, client } = await startJourney(t, { alarms });
  await createStream(client, "clicks");
  const answer = await fetch(`${lakehose.url}/api/alarms`);
  const listed = (await answer.json()) as { alarms: object[]; targets: object[] };
  const shown = { rule: "late", stream: "clicks", state: "ok", severity: "warning", measure: "freshness-seconds" };
  assert.deepEqual(listed.alarms, [{ ...shown, above: 900 }]);
  assert.deepEqual(listed.targets, [{ name: "ops", target: `${receiver.address}/…`, waiting: 0 }]);
  const { code, out } = await runCli(lakehose.url, ["alarms", "list"]);
  assert.equal(code, 0);
  assert.match(out, /late +clicks +ok +freshness-seconds/);
  assert.match(out, /ops \(.*\): 0 notifications wait/);
  assert.ok(!out.includes("secret-path"), "paths of webhooks are secrets");
});
