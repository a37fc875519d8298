import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream, describe, PATIENT, putAll, untilDeleted } from "../journeys/journey.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

const EVENTS = Array.from({ length: 40 }, (_, at) => Buffer.from(`{"n":${at}}\n`));

test("the stream page follows records from the producers into the lake, and its balance holds", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks", { CompressionFormat: "GZIP" });
  await page.goto("/ui/streams");
  await page.getByRole("link", { name: "clicks" }).click();
  await page.getByRole("heading", { name: "clicks", level: 1 }).waitFor();
  assert.equal(await page.title(), "clicks · Lakehose");
  await page.getByText("No processors").waitFor();
  await page.getByText("records as they are, gzip").first().waitFor();
  await putAll(client, "clicks", EVENTS);
  const balance = page.getByRole("row", { name: /^destinationId-000000000001/ });
  await balance.getByRole("cell", { name: "40" }).nth(1).waitFor();
  await page.getByRole("button", { name: "Flush now" }).click();
  await page.getByText("Everything accepted so far is delivered").waitFor();
  const cells = async () => (await balance.getByRole("cell").allTextContents()).join(" ");
  while ((await cells()) !== "40 40 0 0 0 Balanced") await page.waitForTimeout(100);
  await page.getByRole("button", { name: "Dismiss message" }).click();
});

test("the stream page puts error records back through their delivery", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  const parameters = { MetadataExtractionQuery: "{kind: .kind}", JsonParsingEngine: "JQ-1.6" };
  await createStream(client, "events", {
    Prefix: "events/!{partitionKeyFromQuery:kind}/",
    ErrorOutputPrefix: "errors/",
    BufferingHints: { ...PATIENT, SizeInMBs: 64 },
    DynamicPartitioningConfiguration: { Enabled: true },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: "MetadataExtraction",
          Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
            ParameterName: ParameterName as "JsonParsingEngine",
            ParameterValue,
          })),
        },
      ],
    },
  });
  await page.goto("/ui/streams/events");
  const redrive = page.getByRole("button", { name: "Redrive errors" });
  await redrive.waitFor();
  assert.equal(await redrive.isDisabled(), true);
  await putAll(client, "events", [Buffer.from("no json\n"), Buffer.from('{"kind":"a"}\n')]);
  await page.getByRole("button", { name: "Flush now" }).click();
  await page.getByText("Everything accepted so far is delivered").waitFor();
  await redrive.click();
  const row = page.getByRole("table", { name: "Redrives of this stream" }).getByRole("row").nth(1);
  await row.getByText("done").waitFor();
  assert.match((await row.textContent()) ?? "", /1 of 1/);
});

test("a paused stream takes records and delivers none until it is resumed", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks", { BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 } });
  await page.goto("/ui/streams/clicks");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("note").getByText("This stream is paused").waitFor();
  await putAll(client, "clicks", EVENTS);
  const cells = page.getByRole("row", { name: /^destinationId-000000000001/ }).getByRole("cell");
  await cells.nth(0).getByText("40").waitFor();
  assert.equal(await page.getByRole("button", { name: "Flush now" }).isDisabled(), true);
  assert.equal(await cells.nth(1).textContent(), "0");
  await page.getByRole("button", { name: "Resume" }).click();
  await cells.nth(1).getByText("40").waitFor();
  assert.equal(await page.getByRole("note").count(), 0);
});

test("the stream page draws what was measured in the time that one chooses", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks");
  await page.goto("/ui/streams/clicks");
  await page.getByText("Nothing has been measured in this time").waitFor();
  // The server measures once a minute: what it would answer after some is handed to the page here.
  const asked: number[] = [];
  await page.route("**/api/metrics?*", (route) => {
    const from = Number(new URL(route.request().url()).searchParams.get("from"));
    asked.push(Math.round((Date.now() - from) / 60_000));
    const point = { at: new Date(from).toISOString(), sum: 1234, count: 1, min: 1234, max: 1234, average: 1234 };
    const dimensions = { DeliveryStreamName: "clicks" };
    const series = { namespace: "AWS/Firehose", metric: "IncomingRecords", unit: "Count", dimensions, points: [point] };
    const range = { from: point.at, to: new Date().toISOString(), period: 3600 };
    return route.fulfill({ json: { ...range, series: [series] } });
  });
  await page.getByLabel("1 week").check();
  const graph = page.getByRole("figure").filter({ has: page.getByRole("heading", { name: "Records", exact: true }) });
  await graph.getByText("IncomingRecords: 0 at the end, at most 1,234").waitFor();
  await graph.locator("canvas").waitFor();
  await page.getByLabel("15 minutes").check();
  await page.waitForTimeout(500);
  assert.deepEqual(
    [...new Set(asked)].sort((a, b) => a - b),
    [15, 10_080],
  );
});

test("a stream is deleted only by who types its name", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks");
  await page.goto("/ui/streams/clicks");
  await page.getByRole("button", { name: "Delete…" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete clicks?" });
  const confirm = dialog.getByRole("button", { name: "Delete the stream" });
  assert.equal(await confirm.isDisabled(), true);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  assert.equal((await describe(client, "clicks")).DeliveryStreamStatus, "ACTIVE");
  await page.getByRole("button", { name: "Delete…" }).click();
  await dialog.getByLabel("Type its name to go on").fill("clicks");
  await confirm.click();
  await page.getByRole("heading", { name: "Streams", level: 1 }).waitFor();
  await untilDeleted(client, "clicks");
  await page.getByRole("heading", { name: "No stream yet" }).waitFor();
});

test("the page of a stream that is not there says so", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/streams/gone");
  await page.getByRole("heading", { name: "There is no such stream" }).waitFor();
  await page.getByRole("link", { name: "All streams" }).click();
  await page.getByRole("heading", { name: "Streams", level: 1 }).waitFor();
});
