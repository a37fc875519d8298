import assert from "node:assert/strict";
import { test } from "node:test";
import { findFiles, parseFilePattern } from "./file-pattern.ts";

const TREE: Record<string, readonly string[]> = {
  "/var/log": ["app.log", "app.log.1", "app.log.2.gz", ".hidden.log", "a+b.log", "nginx/", "web/"],
  "/var/log/nginx": ["access.log", "error.log", "old/"],
  "/var/log/nginx/old": ["access.log"],
  "/var/log/web": ["access.log"],
};

async function find(pattern: string): Promise<readonly string[]> {
  const list = async (folder: string) =>
    (TREE[folder] ?? []).map((name) => ({ name: name.replace("/", ""), isFolder: name.endsWith("/") }));
  return (await findFiles(parseFilePattern(pattern), list)).files;
}

test("a path without wild cards is itself", async () => {
  assert.deepEqual(await find("/var/log/app.log"), ["/var/log/app.log"]);
  assert.deepEqual(await find("/var/log/absent.log"), []);
  assert.deepEqual(await find("/nowhere/*.log"), []);
});

test("wild cards match within a name, dots too, and never compressed copies", async () => {
  assert.deepEqual(await find("/var/log/app.log*"), ["/var/log/app.log", "/var/log/app.log.1"]);
  assert.deepEqual(await find("/var/log/*.log"), ["/var/log/app.log", "/var/log/.hidden.log", "/var/log/a+b.log"]);
  assert.deepEqual(await find("/var/log/a+b.lo?"), ["/var/log/a+b.log"]);
  assert.deepEqual(await find("/var/log/[!a.]*"), []);
  assert.deepEqual(await find("/var/log/app.log.[0-9]"), ["/var/log/app.log.1"]);
});

test("wild cards and alternatives in folders", async () => {
  assert.deepEqual(await find("/var/log/{nginx,web}/access.log"), [
    "/var/log/nginx/access.log",
    "/var/log/web/access.log",
  ]);
  assert.equal((await find("/var/**/access.log")).length, 0, "/var is not in this tree");
  assert.deepEqual(await find("/var/log/**/access.log"), [
    "/var/log/nginx/access.log",
    "/var/log/nginx/old/access.log",
    "/var/log/web/access.log",
  ]);
});
