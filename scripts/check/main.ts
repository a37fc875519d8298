/**
 * `npm run check`: all house rules, one line each with its time, findings below in plain words. Ends with 1 when any gate
 * found something. `npm run check -- types lint` runs the gates whose names begin so.
 */
import { fileURLToPath } from "node:url";
import { fileLength } from "./file-length.ts";
import { fileNames } from "./file-names.ts";
import { forbiddenWords } from "./forbidden-words.ts";
import { findingText, type Gate } from "./gate.ts";
import { generatedDocs } from "./generated-docs.ts";
import { importCycles } from "./import-cycles.ts";
import { importDirection } from "./import-direction.ts";
import { injectedWorld } from "./injected-world.ts";
import { lint } from "./lint.ts";
import { lockFile } from "./lock-file.ts";
import { gitTree } from "./source-tree.ts";
import { testsBesideSources } from "./tests-beside-sources.ts";
import { types } from "./types.ts";

const GATES: readonly Gate[] = [
  fileNames,
  fileLength,
  testsBesideSources,
  forbiddenWords,
  importDirection,
  importCycles,
  injectedWorld,
  lockFile,
  generatedDocs,
  lint,
  types,
];

const wanted = process.argv.slice(2);
const gates = GATES.filter(({ name }) => wanted.length === 0 || wanted.some((start) => name.startsWith(start)));
const tree = gitTree(fileURLToPath(new URL("../..", import.meta.url)));

let failed = 0;
for (const gate of gates) {
  const startedAt = performance.now();
  const findings = await gate.run(tree);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
  const verdict = findings.length === 0 ? "ok" : `${findings.length} found`;
  process.stdout.write(`${gate.name.padEnd(22)}${seconds} s  ${verdict}\n`);
  for (const finding of findings) process.stdout.write(`  ${findingText(finding).replaceAll("\n", "\n  ")}\n`);
  if (findings.length > 0) failed++;
}
process.stdout.write(failed === 0 ? "All gates passed.\n" : `${failed} of ${gates.length} gates found something.\n`);
process.exitCode = failed === 0 ? 0 : 1;
