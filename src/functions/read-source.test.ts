import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readSource } from "./read-source.ts";

test("readSource() shows the code of a function, and neither its packages, its secrets nor what lies elsewhere", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-source-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const write = async (path: string, content: string | Buffer) => {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  await write("f/index.js", "exports.handler = 1;\n");
  await write("f/lib/b.js", "b");
  await write("f/data.bin", Buffer.from([0xff, 0]));
  await write("f/large.txt", "x".repeat(200_000));
  await write("f/function.yaml", "environment: { KEY: secret }");
  await write("f/.env", "KEY=secret");
  await write("f/node_modules/p/index.js", "theirs");
  await write("secret.txt", "outside");
  await symlink("../secret.txt", join(folder, "f", "link.txt"));
  assert.deepEqual(await readSource(join(folder, "f")), [
    { path: "data.bin", size: 2 },
    { path: "index.js", size: 21, text: "exports.handler = 1;\n" },
    { path: "large.txt", size: 200_000 },
    { path: "lib/b.js", size: 1, text: "b" },
  ]);
  assert.deepEqual(await readSource(join(folder, "gone")), []);
});
