import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import { createStream, describe } from "../journeys/journey.ts";
import { violations } from "./axe.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

test("the wizard makes the stream that it shows as text", { skip }, async (t) => {
  const { page, client, lakehose } = await visitConsole(t, program);
  await page.goto("/ui/streams");
  await page.getByRole("link", { name: "Create a stream" }).click();
  const next = page.getByRole("button", { name: "Next" });
  await next.click();
  await page.getByText("Use 1 to 64 letters").waitFor();
  await page.getByLabel("Name").fill("clicks");
  await next.click();
  await page.getByRole("heading", { name: "Transform" }).waitFor();
  await page.getByRole("button", { name: "Add a key" }).click();
  await page.getByLabel("Key", { exact: true }).fill("country");
  await page.getByLabel("Query").fill(".customer.country");
  await next.click();
  await page.getByRole("heading", { name: "Destination" }).waitFor();
  await page.getByLabel("Compression").selectOption("None");
  await next.click();
  await page.getByLabel("Idle time").fill("6h");
  await next.click();
  await page.getByText("The server has checked it").waitFor();
  const text = page.getByRole("region", { name: "The same as text" }).locator("pre");
  const [shown] = parse((await text.textContent()) ?? "").streams;
  await page.getByLabel("AWS CLI").check();
  await text.getByText(`--endpoint-url ${lakehose.url}`).waitFor();
  await page.getByLabel("Terraform").check();
  await text.getByText('resource "aws_kinesis_firehose_delivery_stream" "clicks"').waitFor();
  await page.getByLabel("Sample records").fill('{"customer":{"country":"NZ"}}\nno json');
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByRole("status").getByText("1 object would be written, and 1 record rejected.").waitFor();
  await page.getByRole("row", { name: /^lake\/clicks\/country=NZ\// }).waitFor();
  await page.getByRole("button", { name: "Create the stream" }).click();
  await page.getByRole("heading", { name: "clicks", level: 1 }).waitFor();
  const [destination] = (await describe(client, "clicks")).Destinations ?? [];
  const made = destination?.ExtendedS3DestinationDescription;
  assert.equal(made?.Prefix, "clicks/country=!{partitionKeyFromQuery:country}/");
  assert.equal(made?.CompressionFormat, "UNCOMPRESSED");
  const asked = shown.ExtendedS3DestinationConfiguration;
  assert.deepEqual(
    [asked.Prefix, asked.CompressionFormat, asked.BufferingHints, shown.Tags],
    [made?.Prefix, made?.CompressionFormat, made?.BufferingHints, [{ Key: "lakehose:roll-idle", Value: "6h" }]],
  );
});

test("the wizard asks for what a kind of destination needs, and adds further ones beside it", { skip }, async (t) => {
  const { page, client, lakehose } = await visitConsole(t, program);
  await page.goto("/ui/create-stream");
  const next = page.getByRole("button", { name: "Next" });
  await page.getByLabel("Name").fill("events");
  await next.click();
  await next.click();
  await page.getByRole("combobox", { name: "Destination" }).selectOption("HTTP endpoint");
  await next.click();
  await page.getByText("HTTP endpoint still needs: Address.").waitFor();
  await page.getByLabel("Address").fill("https://127.0.0.1:9/records");
  await page.getByRole("button", { name: "Add a destination" }).click();
  await page.getByLabel("Name of the destination").fill("archive");
  await page.getByLabel("Kind").selectOption("Another bucket");
  await page.getByLabel("Name of the bucket").fill("archive");
  assert.deepEqual(await violations(page), []);
  await next.click();
  await next.click();
  await page.getByText("The server has checked it").waitFor();
  await page.getByLabel("Sample records").fill("a");
  await page.getByRole("button", { name: "Try it out" }).click();
  await page.getByText("A dry run leaves further destinations out.").waitFor();
  await page.getByRole("button", { name: "Create the stream" }).click();
  await page.getByRole("heading", { name: "events", level: 1 }).waitFor();
  const [destination] = (await describe(client, "events")).Destinations ?? [];
  const made = destination?.HttpEndpointDestinationDescription;
  assert.equal(made?.EndpointConfiguration?.Url, "https://127.0.0.1:9/records");
  const { deliveries } = (await (await fetch(`${lakehose.url}/api/streams/events`)).json()) as { deliveries: object[] };
  assert.match(JSON.stringify(deliveries), /"bucket":"archive"/);
});

test("the wizard shows what the server refuses before anything is made, and keeps what was filled in", {
  skip,
}, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "taken");
  await page.goto("/ui/create-stream");
  await page.getByLabel("Name").fill("taken");
  const next = page.getByRole("button", { name: "Next" });
  for (const step of ["Transform", "Destination", "Settings"]) {
    await next.click();
    await page.getByRole("heading", { name: step }).waitFor();
  }
  await next.click();
  await page
    .getByRole("alert")
    .getByText(/already/)
    .waitFor();
  assert.equal(await page.getByRole("button", { name: "Create the stream" }).isDisabled(), true);
  const back = page.getByRole("button", { name: "Back" });
  for (let step = 0; step < 4; step++) await back.click();
  assert.equal(await page.getByLabel("Name").inputValue(), "taken");
});
