import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const SERVER = new URL("../../src/server/index.ts", import.meta.url).href;
const PROGRAM = `
  const { start } = await import(${JSON.stringify(SERVER)});
  const server = await start();
  const libraries = process.report.getReport().sharedObjects.filter((path) => path.endsWith(".node"));
  await server.close();
  console.log(JSON.stringify(libraries));
`;

test("a server that nobody has asked for anything has loaded no native library", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", PROGRAM]);
  assert.deepEqual(JSON.parse(stdout), []);
});
