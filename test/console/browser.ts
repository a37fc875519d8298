/**
 * The console as a person has it: a whole server, a real Chromium, pages found by role and label. Every visit fails at its
 * end when a page wrote an error, broke the content security policy, or asked another host for anything.
 */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import type { StartOptions } from "../../src/server/index.ts";
import { afterwards } from "../journeys/cleanup.ts";
import { type Journey, startJourney } from "../journeys/journey.ts";

const SYSTEM_CHROMIUM = "/usr/bin/chromium";
const BUILT = fileURLToPath(new URL("../../console/dist/index.html", import.meta.url));

/** Why no browser test can run here, for `skip`; `program` is that of the environment, if it names one. */
export function whyNoConsole(program: string | undefined): string | false {
  if (!existsSync(BUILT)) return "the console is not built: npm run build:console";
  if (!existsSync(program ?? SYSTEM_CHROMIUM)) return "there is no Chromium: apt-get install chromium";
  return false;
}

/** Without these, Chromium calls its maker at every start. */
const QUIET = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
  "--no-sandbox",
];

export function launchChromium(program: string | undefined): Promise<Browser> {
  return chromium.launch({ executablePath: program ?? SYSTEM_CHROMIUM, args: QUIET });
}

export interface Visit extends Journey {
  readonly page: Page;
  /** Another window of the same browser, say a narrow or a dark one. */
  open(options: BrowserContextOptions): Promise<Page>;
}

export async function visitConsole(
  t: TestContext,
  program: string | undefined,
  options: StartOptions = {},
): Promise<Visit> {
  const journey = await startJourney(t, options);
  const browser = await launchChromium(program);
  afterwards(t, () => browser.close());
  const complaints: string[] = [];
  const open = async (more: BrowserContextOptions) => {
    const context = await browser.newContext({ baseURL: journey.lakehose.url, ...more });
    const page = await context.newPage();
    watch(page, journey.lakehose.url, complaints);
    return page;
  };
  afterwards(t, () => assert.deepEqual(complaints, []));
  return { ...journey, page: await open({}), open };
}

function watch(page: Page, home: string, complaints: string[]): void {
  page.on("pageerror", (error) => complaints.push(`page: ${error.message}`));
  page.on("console", (message) => {
    // What the admin API refuses the page shows by itself; the browser's own line about it is no fault.
    if (message.location().url.startsWith(`${home}/api/`)) return;
    if (message.type() === "error" || message.type() === "warning") complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${home}/`)) complaints.push(`request to another host: ${request.url()}`);
  });
}
