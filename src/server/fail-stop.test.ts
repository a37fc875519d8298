import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { failStop } from "./fail-stop.ts";

test("failStop() ends the process at once, with the reason and a code of its own", () => {
  const module = new URL("./fail-stop.ts", import.meta.url).href;
  const code = `process.on("SIGTERM", () => {}); setInterval(() => {}, 1000);
    (await import(${JSON.stringify(module)})).${failStop.name}(new Error("nobody knows"));`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], { encoding: "utf8" });
  assert.equal(status, 74);
  assert.match(stderr, /lakehose stops: nobody knows\n/);
});
