import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream, describe, PATIENT } from "../journeys/journey.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

test("the edit page shows what a change would do, tries it out, and applies it to the live stream", {
  skip,
}, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks", { Prefix: "old/", ErrorOutputPrefix: "bad/", BufferingHints: PATIENT });
  await page.goto("/ui/streams/clicks");
  await page.getByRole("link", { name: "Edit" }).click();
  const text = page.getByLabel("As JSON");
  await text.waitFor();
  const review = page.getByRole("button", { name: "Review the change" });
  assert.equal(await review.isDisabled(), true);
  const before = await text.inputValue();
  await text.fill("{");
  await page.getByText("This is no JSON").waitFor();
  await text.fill(before.replace('"Prefix": "old/"', '"Prefix": "new/"'));
  await page.getByLabel("Sample records").fill('{"n":1}\n{"n":2}');
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByRole("status").getByText("1 object would be written, and 0 records rejected.").waitFor();
  await page.getByRole("row", { name: /^lake\/new\/\d/ }).waitFor();
  await review.click();
  const difference = page.getByRole("region", { name: "Difference" });
  await difference.getByText(/^[-] Removed: +"Prefix": "old\/",$/).waitFor();
  await difference.getByText(/^[+] Added: +"Prefix": "new\/",$/).waitFor();
  assert.equal((await describe(client, "clicks")).VersionId, "1");
  await page.getByRole("button", { name: "Apply the change" }).click();
  await page.getByText("clicks is at version 2").waitFor();
  await page.getByRole("heading", { name: "Journey" }).waitFor();
  const [destination] = (await describe(client, "clicks")).Destinations ?? [];
  assert.equal(destination?.ExtendedS3DestinationDescription?.Prefix, "new/");
});

test("the edit page shows what the server refuses, and applies nothing over somebody else's change", {
  skip,
}, async (t) => {
  const { page, client, lakehose } = await visitConsole(t, program);
  await createStream(client, "clicks");
  await page.goto("/ui/streams/clicks/edit");
  const text = page.getByLabel("As JSON");
  const before = await text.inputValue();
  const review = page.getByRole("button", { name: "Review the change" });
  await text.fill(before.replace('"lakehose": {}', '"lakehose": { "nonsense": 1 }'));
  await review.click();
  await page
    .getByRole("alert")
    .getByText(/nonsense/)
    .waitFor();
  await text.fill(before.replace('"lakehose": {}', '"lakehose": { "roll-idle": "6h" }'));
  await review.click();
  const apply = page.getByRole("button", { name: "Apply the change" });
  await apply.waitFor();
  const other = { method: "PUT", body: JSON.stringify({ lakehose: { "roll-idle": "1h" } }) };
  assert.equal((await fetch(`${lakehose.url}/api/streams/clicks/definition`, other)).status, 200);
  await apply.click();
  await page
    .getByRole("alert")
    .getByText(/version/)
    .waitFor();
});
