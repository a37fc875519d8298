import assert from "node:assert/strict";
import { test } from "node:test";
import { lockFile } from "./lock-file.ts";
import { memoryTree } from "./source-tree.ts";

test("lock file finds a package of another platform that has no entry", async () => {
  const packages = {
    "": {},
    "node_modules/tool": { version: "1.0.0", optionalDependencies: { "tool-linux": "1.0.0", "tool-darwin": "1.0.0" } },
    "node_modules/tool-linux": { version: "1.0.0", optional: true },
  };
  const findings = await lockFile.run(memoryTree({ "package-lock.json": JSON.stringify({ packages }) }));
  assert.equal(findings.length, 1);
  assert.match(findings[0]?.message ?? "", /no entry for tool-darwin 1\.0\.0/);
});
