import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FolderLockedError, lockFolder } from "./folder-lock.ts";

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-lock-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A process that takes the lock, says so, and waits to be killed. */
async function holdingProcess(folder: string) {
  const module = new URL("./folder-lock.ts", import.meta.url).href;
  const script = `const { lockFolder } = await import(${JSON.stringify(module)});
    const lock = lockFolder(${JSON.stringify(folder)});
    process.stdout.write("locked");
    setInterval(() => lock, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

test("lockFolder lets one server in and names it to the second, in the same process too", (t) => {
  const folder = folderFor(t);
  const lock = lockFolder(folder);
  assert.throws(() => lockFolder(folder), FolderLockedError);
  assert.throws(() => lockFolder(folder), new RegExp(`in use by process ${process.pid} on .*--data`));
  lock.release();
  lockFolder(folder).release();
});

test("lockFolder refuses while another process lives, and takes over when it was killed", async (t) => {
  const folder = folderFor(t);
  const child = await holdingProcess(folder);
  t.after(() => child.kill("SIGKILL"));
  assert.throws(() => lockFolder(folder), new RegExp(`process ${child.pid} `));
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
  lockFolder(folder).release();
});

test("lockFolder is not carried along by a copy of the folder", (t) => {
  const folder = folderFor(t);
  const copy = `${folder}-copy`;
  t.after(() => rmSync(copy, { recursive: true, force: true }));
  const lock = lockFolder(folder);
  cpSync(folder, copy, { recursive: true });
  lockFolder(copy).release();
  lock.release();
});
