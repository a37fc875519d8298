import assert from "node:assert/strict";
import { test } from "node:test";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

/** What the console promises (issue of its making, and README). */
const FIRST_PAGE_BYTES_MAX = 400_000;

test("the first page comes whole in less than 400 KB", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  const sizes: Promise<number>[] = [];
  page.on("requestfinished", (request) => {
    sizes.push(
      request.sizes().then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
    );
  });
  await page.goto("/");
  await page.getByRole("heading", { name: "Streams", level: 1 }).waitFor();
  await page.waitForLoadState("networkidle").catch(() => undefined);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  assert.ok(bytes > 20_000, `${bytes} bytes are too few to be a page`);
  assert.ok(bytes < FIRST_PAGE_BYTES_MAX, `${bytes} bytes`);
});

test("/ leads to the streams, and the address of a page opens that page", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/");
  await page.getByRole("heading", { name: "Streams", level: 1 }).waitFor();
  assert.equal(new URL(page.url()).pathname, "/ui/streams");
  assert.equal(await page.title(), "Streams · Lakehose");
  await page.goto("/ui/nowhere");
  await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  await page.getByRole("link", { name: "Go to the streams" }).click();
  await page.getByRole("heading", { name: "Streams", level: 1 }).waitFor();
});

test("the first key leads past the navigation to the content", { skip }, async (t) => {
  const { page } = await visitConsole(t, program);
  await page.goto("/ui/streams");
  await page.getByRole("heading", { name: "Streams", level: 1 }).waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate("document.activeElement.textContent"), "Skip to content");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.tagName"), "MAIN");
});

test("colours follow the system until somebody chooses, and the choice is kept", { skip }, async (t) => {
  const { open } = await visitConsole(t, program);
  const page = await open({ colorScheme: "dark" });
  const ground = () => page.evaluate("getComputedStyle(document.body).backgroundColor");
  await page.goto("/ui/streams");
  const colours = page.getByLabel("Colours");
  await colours.waitFor();
  const dark = await ground();
  await colours.selectOption("Light");
  const light = await ground();
  assert.notEqual(light, dark);
  await page.reload();
  await colours.waitFor();
  assert.equal(await ground(), light);
  await colours.selectOption("As the system");
  assert.equal(await ground(), dark);
});
