import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream, PATIENT, putAll } from "../journeys/journey.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

const METADATA_EXTRACTION = {
  Type: "MetadataExtraction",
  Parameters: [
    { ParameterName: "MetadataExtractionQuery", ParameterValue: "{kind: .kind}" },
    { ParameterName: "JsonParsingEngine", ParameterValue: "JQ-1.6" },
  ],
} as const;

test("the errors page shows what was refused, why, how often, and puts it back", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "events", {
    Prefix: "events/!{partitionKeyFromQuery:kind}/",
    ErrorOutputPrefix: "errors/",
    BufferingHints: { ...PATIENT, SizeInMBs: 64 },
    DynamicPartitioningConfiguration: { Enabled: true },
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [{ ...METADATA_EXTRACTION, Parameters: [...METADATA_EXTRACTION.Parameters] }],
    },
  });
  await page.goto("/ui/streams/events");
  await page.getByRole("link", { name: "Errors" }).click();
  await page.getByText("Nothing is in the error output").waitFor();
  await putAll(client, "events", [Buffer.from("no json\n"), Buffer.from("nor this\n"), Buffer.from('{"kind":"a"}\n')]);
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Flush now" }).click();
  await page.getByText("Everything accepted so far is delivered").waitFor();
  await page.getByRole("link", { name: "Errors" }).click();
  await page.getByRole("button", { name: "Look again" }).click();
  const kinds = page.getByRole("table", { name: "Kinds of errors" }).getByRole("row");
  await kinds.nth(1).waitFor();
  assert.match((await kinds.nth(1).textContent()) ?? "", /DynamicPartitioning.*processing-failed2$/);
  const records = page.getByRole("table", { name: "Newest error records" }).getByRole("row");
  assert.equal(await records.count(), 3);
  await records.getByText("no json").first().waitFor();
  await records
    .nth(1)
    .getByRole("button", { name: /Redrive object errors/ })
    .click();
  const redrive = page.getByRole("table", { name: "Redrives of this stream" }).getByRole("row").nth(1);
  await redrive.getByText("done").waitFor();
  assert.match((await redrive.textContent()) ?? "", /1 of 12/);
});
