import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream } from "../journeys/journey.ts";
import { violations } from "./axe.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

test("sources and triggers are shown with their state, and why they do not get on", { skip }, async (t) => {
  const { page } = await visitConsole(t, program, {
    streams: [
      {
        DeliveryStreamName: "clicks",
        ExtendedS3DestinationConfiguration: {
          RoleARN: "arn:aws:iam::000000000000:role/r",
          BucketARN: "arn:aws:s3:::lake",
        },
      },
    ],
    sources: {
      topic: { kind: "kafka", stream: "clicks", options: { brokers: ["127.0.0.1:9"], topics: ["clicks"] } },
    },
    triggers: { nightly: { kind: "schedule", to: { function: "none" }, options: { cron: "cron(0 3 * * ? *)" } } },
  });
  await page.goto("/ui/flows");
  const source = page.getByRole("table", { name: "What streams are fed from" }).getByRole("row", { name: /^topic/ });
  await source.getByText("Trying again").waitFor();
  await source.getByRole("link", { name: "clicks" }).waitFor();
  const trigger = page.getByRole("table", { name: "What listens and calls" }).getByRole("row", { name: /^nightly/ });
  await trigger.getByText("schedule").first().waitFor();
  assert.deepEqual(await violations(page), []);
});

test("pages without anything to show teach what would be there", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/flows");
  await page.getByText("No source is declared").waitFor();
  await page.getByText("No trigger is declared").waitFor();
  await page.goto("/ui/alarms");
  await page.getByRole("heading", { name: "No alarm is set" }).waitFor();
});

test("alarms are shown for each stream and rule, those that ring first, with who is told", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program, {
    alarms: {
      rules: { late: { measure: "freshness-seconds", above: 900 } },
      targets: { ops: { webhook: { url: "http://127.0.0.1:9/" } } },
    },
  });
  await createStream(client, "clicks");
  await page.goto("/ui/alarms");
  await page.getByRole("table", { name: "Targets of alarms" }).getByRole("row", { name: /^ops/ }).waitFor();
  const rule = { rule: "late", severity: "warning", measure: "freshness-seconds", above: 900 };
  const alarms = [
    { ...rule, stream: "clicks", state: "ok" },
    { ...rule, stream: "orders", state: "alarm", since: 1_700_000_000_000, value: 1234 },
  ];
  await page.route("**/api/alarms", (route) => route.fulfill({ json: { alarms, targets: [] } }));
  await page.goto("/ui/alarms");
  const rows = page.getByRole("table", { name: "Alarms" }).getByRole("row");
  await rows.nth(1).getByText("1,234").waitFor();
  assert.match((await rows.nth(1).textContent()) ?? "", /^ordersAlarm/);
  assert.match((await rows.nth(2).textContent()) ?? "", /^clicksOK/);
  assert.deepEqual(await violations(page), []);
});
