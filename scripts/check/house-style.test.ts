import assert from "node:assert/strict";
import { test } from "node:test";
import { fileLength } from "./file-length.ts";
import { fileNames } from "./file-names.ts";
import { forbiddenWords } from "./forbidden-words.ts";
import { findingText } from "./gate.ts";
import { injectedWorld } from "./injected-world.ts";
import { memoryTree } from "./source-tree.ts";
import { testsBesideSources } from "./tests-beside-sources.ts";

test("file length refuses line 401", async () => {
  const tree = memoryTree({ "src/std/fits.ts": "a;\n".repeat(400), "src/std/long.ts": "a;\n".repeat(401) });
  const findings = await fileLength.run(tree);
  assert.deepEqual(
    findings.map(({ file }) => file),
    ["src/std/long.ts"],
  );
});

test("file names refuses anything but kebab-case", async () => {
  const tree = memoryTree({
    "src/std/roll-policy.ts": "",
    "src/std/roll-policy.idle.test.ts": "",
    "src/std/rollPolicy.ts": "",
    "src/Std_lib/a.ts": "",
  });
  const findings = await fileNames.run(tree);
  assert.deepEqual(
    findings.map(({ file }) => file),
    ["src/Std_lib/a.ts", "src/std/rollPolicy.ts"],
  );
});

test("tests beside sources refuses a test that has nothing to do with its folder", async () => {
  const tree = memoryTree({
    "src/std/a.ts": "",
    "src/std/a.test.ts": 'import { a } from "./a.ts";\n',
    "src/model/a.test.ts": 'import { a } from "../std/a.ts";\n',
    "src/model/b.spec.ts": "",
    "src/log/log.ts": "",
    "src/log/log.test.ts": 'import { world } from "../../test/fakes/log-world.ts";\n',
    "test/fakes/log-world.ts": 'import { log } from "../../src/log/log.ts";\n',
  });
  const findings = await testsBesideSources.run(tree);
  assert.deepEqual(
    findings.map(({ file }) => file),
    ["src/model/a.test.ts", "src/model/b.spec.ts"],
  );
});

test("forbidden words finds promises, paths of a machine and silenced checks, with their line", async () => {
  const promise = ["TO", "DO"].join("");
  const path = ["/ho", "me/someone/data"].join("");
  const silenced = ["@ts-ig", "nore"].join("");
  const tree = memoryTree({
    "src/std/a.ts": `const a = 1;\n// ${promise}: later\n// ${silenced}\n`,
    "README.md": `cd ${path}\n`,
    "src/std/b.ts": "// The methodology and to-dos of others are fine.\n",
  });
  const found = (await forbiddenWords.run(tree)).map((finding) => findingText(finding).split(" ")[0]);
  assert.deepEqual(found, ["README.md:1:", "src/std/a.ts:2:", "src/std/a.ts:3:"]);
});

test("clock, disk, chance refuses the real world in simulated rooms only", async () => {
  const tree = memoryTree({
    "src/log/a.ts":
      'import { open } from "node:fs/promises";\nconst now = Date.now();\n// Date.now() is forbidden here.\n',
    "src/log/a.test.ts": "const now = Date.now();\n",
    "src/server/a.ts": "const now = Date.now();\n",
  });
  const found = (await injectedWorld.run(tree)).map(({ file, line }) => `${file}:${line}`);
  assert.deepEqual(found, ["src/log/a.ts:2", "src/log/a.ts:1"]);
});
