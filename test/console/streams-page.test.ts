import assert from "node:assert/strict";
import { test } from "node:test";
import { createStream, putAll } from "../journeys/journey.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

test("the streams page without a stream shows how to make one, at this server's own address", { skip }, async (t) => {
  const { page, lakehose } = await visitConsole(t, program);
  await page.goto("/ui/streams");
  await page.getByRole("heading", { name: "No stream yet" }).waitFor();
  await page.getByText(`--endpoint-url ${lakehose.url}`).waitFor();
});

test("the streams page counts what comes while one looks", { skip }, async (t) => {
  const { page, client } = await visitConsole(t, program);
  await createStream(client, "clicks");
  await page.goto("/ui/streams");
  const row = page.getByRole("row", { name: /^clicks/ });
  await row.getByText("0 records").waitFor();
  await row.getByText("Delivering").waitFor();
  await putAll(
    client,
    "clicks",
    Array.from({ length: 1_234 }, (_, at) => Buffer.from(`{"n":${at}}\n`)),
  );
  await row.getByText("1,234 records").waitFor();
  const rate = row.getByRole("cell").nth(1);
  await rate.getByText(/[1-9].*\/s/).waitFor();
  assert.match((await page.getByText("On their way").locator("..").textContent()) ?? "", /1,234/);
});

test("the streams page says so when the server is gone", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/streams");
  await page.getByRole("heading", { name: "No stream yet" }).waitFor();
  await page.route("**/api/**", (route) =>
    route.fulfill({ status: 503, json: { code: "ServiceUnavailableException", message: "Slow down." } }),
  );
  await page.getByRole("alert").getByText("Slow down.").waitFor();
});
