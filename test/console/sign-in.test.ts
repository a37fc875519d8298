import assert from "node:assert/strict";
import { test } from "node:test";
import { hashPassword } from "../../src/access/password-hash.ts";
import { systemRandom } from "../../src/std/random.ts";
import { violations } from "./axe.ts";
import { visitConsole, whyNoConsole } from "./browser.ts";

const program = process.env.LAKEHOSE_TEST_CHROMIUM;
const skip = whyNoConsole(program);

const PASSWORD = "correct horse battery";

async function withUsers() {
  const passwordHash = await hashPassword(PASSWORD, systemRandom);
  return { signIn: { users: [{ name: "ana", role: "admin" as const, passwordHash }] } };
}

test("with users, pages are there for who has signed in, until they sign out", { skip }, async (t) => {
  const { page } = await visitConsole(t, program, await withUsers());
  await page.goto("/ui/create-stream");
  await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
  assert.deepEqual(await violations(page), []);
  await page.getByLabel("User").fill("ana");
  await page.getByLabel("Password").fill("a guess");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Create a stream", level: 1 }).waitFor();
  assert.equal(await page.title(), "Create a stream · Lakehose");
  await page.getByText("ana (admin)").waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
});

test("a session that ends while one looks leads to the page for signing in", { skip }, async (t) => {
  const { page } = await visitConsole(t, program, await withUsers());
  await page.goto("/");
  await page.getByLabel("User").fill("ana");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "No stream yet" }).waitFor();
  await page.context().clearCookies();
  await page.getByRole("heading", { name: "Sign in", level: 1 }).waitFor();
});

test("a sign-in that the provider did not let end says why", { skip }, async (t) => {
  const { page } = await visitConsole(t, program, await withUsers());
  await page.goto("/?signInFailed=no-role");
  await page.getByRole("alert").getByText("none of your groups has a role").waitFor();
});
