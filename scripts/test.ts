/** `npm test`: all test files, several at a time. `npm test -- FILES` runs those, also by patterns in quotes. */
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { runTests } from "./run-tests.ts";

const EVERYTHING = ["src", "console/src", "scripts", "test", "bench"].map((folder) => `${folder}/**/*.test.ts`);

/** Tests wait for disks, processes and clocks about as long as they compute. */
const atOnce = 2 * availableParallelism();

const files = process.argv.slice(2);
process.exitCode = await runTests({
  root: fileURLToPath(new URL("..", import.meta.url)),
  files: files.length > 0 ? files : EVERYTHING,
  atOnce,
});
