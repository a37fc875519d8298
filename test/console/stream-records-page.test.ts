import assert from "node:assert/strict";
import { test } from "node:test";
import { hashPassword } from "../../src/access/password-hash.ts";
import { systemRandom } from "../../src/std/random.ts";
import { createStream, putAll } from "../journeys/journey.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

test("the records page shows records as they arrive, newest on top, until one stops following", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks");
  await page.goto("/ui/streams/clicks");
  await page.getByRole("link", { name: "Records" }).click();
  await page.getByText("The log holds no record").waitFor();
  await putAll(client, "clicks", [Buffer.from('{"customer":{"id":7}}\n'), Buffer.from([0xff, 0x00])]);
  const rows = page.getByRole("table", { name: "Newest records of the log" }).getByRole("row");
  await rows.nth(2).waitFor();
  assert.match((await rows.nth(1).textContent()) ?? "", /^1.*base64: \/wA=/);
  await rows.nth(2).getByText('{"customer":{"id":7}}').click();
  await rows.nth(2).getByText('"id": 7').waitFor();
  await page.getByRole("button", { name: "Stop following" }).click();
  await putAll(client, "clicks", [Buffer.from("late\n")]);
  await page.waitForTimeout(1_500);
  assert.equal(await rows.count(), 3);
  await page.getByRole("button", { name: "Follow" }).click();
  await rows.nth(1).getByText("late").first().waitFor();
});

test("demo data comes at the rate that was asked for, and ends when one says so", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks");
  await page.goto("/ui/streams/clicks/records");
  const form = page.getByRole("form", { name: "Demo data" });
  await form.getByLabel("Kind").selectOption("iot");
  await form.getByLabel("Records per second").fill("20");
  await form.getByRole("button", { name: "Send demo data" }).click();
  await page.getByRole("status").getByText("Sending iot at 20/s").waitFor();
  await page.getByRole("table", { name: "Newest records of the log" }).getByRole("row").nth(20).waitFor();
  await form.getByRole("button", { name: "Stop sending" }).click();
  await page.getByRole("status").getByText("Sent iot").waitFor();
  await form.getByLabel("Records per second").fill("0");
  await form.getByRole("button", { name: "Send demo data" }).click();
  await page.getByText(/perSecond/).waitFor();
});

test("who may only look sees what may not be done, and why", { skip }, async (t) => {
  const passwordHash = await hashPassword("correct horse battery", systemRandom);
  const { page } = await visitConsole(t, program, {
    signIn: { users: [{ name: "vic", role: "viewer" as const, passwordHash }] },
    streams: [
      {
        DeliveryStreamName: "clicks",
        ExtendedS3DestinationConfiguration: {
          RoleARN: "arn:aws:iam::000000000000:role/r",
          BucketARN: "arn:aws:s3:::lake",
        },
      },
    ],
  });
  await page.goto("/ui/streams/clicks");
  await page.getByLabel("User").fill("vic");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Sign in" }).click();
  for (const [name, who] of [
    ["Pause", "Operators"],
    ["Flush now", "Operators"],
    ["Delete…", "Admins"],
  ] as const) {
    const button = page.getByRole("button", { name, description: `${who} may do this; you are signed in as viewer.` });
    await button.waitFor();
    assert.equal(await button.isDisabled(), true, name);
  }
  await page.getByRole("link", { name: "Records" }).click();
  assert.equal(await page.getByRole("button", { name: "Send demo data" }).isDisabled(), true);
});
