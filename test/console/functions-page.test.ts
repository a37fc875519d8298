import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { createStream, putAll, until } from "../journeys/journey.ts";
import { violations } from "./axe.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

const SHOUT = `export async function handler({ records }) {
  console.log("called with " + records.length);
  return {
    records: records.map((record) => {
      const text = atob(record.data);
      if (text.includes("drop")) return { ...record, result: "Dropped" };
      return { ...record, result: "Ok", data: btoa(text.toUpperCase()) };
    }),
  };
}
`;

test("a function is shown with its source, tried with records of a stream, and its log follows", {
  skip,
}, async (t) => {
  const { page, client, data } = await visitConsole(t, program);
  await page.goto("/ui/functions");
  await page.getByRole("heading", { name: "No function yet" }).waitFor();
  await mkdir(join(data, "functions", "shout"), { recursive: true });
  await writeFile(join(data, "functions", "shout", "index.mjs"), SHOUT);
  await createStream(client, "clicks", {
    ProcessingConfiguration: {
      Enabled: true,
      Processors: [
        {
          Type: "Lambda",
          Parameters: [
            { ParameterName: "LambdaArn", ParameterValue: "arn:aws:lambda:us-east-1:000000000000:function:shout" },
          ],
        },
      ],
    },
  });
  await putAll(client, "clicks", [Buffer.from("hello\n"), Buffer.from("drop\n")]);
  const row = page.getByRole("row", { name: /^shout/ });
  await row.getByRole("link", { name: "clicks" }).waitFor();
  await row.getByText("Ready").waitFor();
  await row.getByRole("link", { name: "shout" }).click();
  await page.getByText("export async function handler").waitFor();
  await page.getByRole("button", { name: "Take its newest records" }).click();
  const records = page.getByLabel("Records", { exact: true });
  await until(async () => (await records.inputValue()) === "hello\ndrop");
  await records.fill("more\ndrop");
  await page.getByRole("button", { name: "Call the function" }).click();
  const results = page.getByRole("table", { name: "What the function made of the records" }).getByRole("row");
  await results.nth(1).getByText("MORE").waitFor();
  await results.nth(2).getByText("dropped").waitFor();
  await page.getByRole("table", { name: "Output of the function" }).getByText("called with 2").first().waitFor();
  assert.deepEqual(await violations(page), []);
});

test("a function that cannot run says why, and one that is not there is none", { skip }, async (t) => {
  const { page, data } = await visitConsole(t, program);
  await mkdir(join(data, "functions", "empty"), { recursive: true });
  await page.goto("/ui/functions");
  await page
    .getByRole("row", { name: /^empty/ })
    .getByText("Cannot run")
    .waitFor();
  await page.goto("/ui/functions/none");
  await page.getByRole("heading", { name: "There is no such function" }).waitFor();
});
