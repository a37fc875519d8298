import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hashFiles } from "./hash-files.ts";

test("hashFiles() changes with a content and with a name, and with nothing else", (t) => {
  const root = mkdtempSync(join(tmpdir(), "lakehose-hash-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  mkdirSync(join(root, "src", "pages"), { recursive: true });
  writeFileSync(join(root, "src", "pages", "a.ts"), "1");
  writeFileSync(join(root, "b.json"), "2");
  const digest = () => hashFiles(root, ["src", "b.json"]);
  const before = digest();
  writeFileSync(join(root, "c.json"), "3");
  assert.equal(digest(), before);
  assert.equal(hashFiles(root, ["b.json", "src"]), before);
  renameSync(join(root, "src", "pages", "a.ts"), join(root, "src", "pages", "d.ts"));
  const renamed = digest();
  assert.notEqual(renamed, before);
  writeFileSync(join(root, "b.json"), "4");
  assert.notEqual(digest(), renamed);
});
