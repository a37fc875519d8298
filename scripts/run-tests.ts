import { spawn } from "node:child_process";
import { join } from "node:path";

export interface TestRunOptions {
  /** The root of the repository. */
  readonly root: string;
  /** Files or patterns of files. */
  readonly files: readonly string[];
  /** How many files run at a time. */
  readonly atOnce: number;
}

/** Far beyond the longest test: one that waits for ever is told by its name. */
const TEST_MS_MAX = 15 * 60_000;

/** Far beyond all of them: a file whose tests are done and which does not end is told then. */
const RUN_MS_MAX = 45 * 60_000;

/**
 * Runs test files, each in a process of its own, and resolves with the exit code. What Node makes of a source file (types
 * taken out, code compiled) is kept for all of these processes and those that they start: else most of them would spend
 * more time on reading the sources than on their tests.
 */
export function runTests({ root, files, atOnce }: TestRunOptions): Promise<number> {
  const requireNode = join(root, "bin", "require-node.mjs");
  const limits = [`--test-concurrency=${atOnce}`, `--test-timeout=${TEST_MS_MAX}`];
  const args = ["--import", requireNode, "--test", ...limits, ...files];
  const cache = join(root, "node_modules", ".cache", "compiled");
  const env = { NODE_COMPILE_CACHE: cache, ...process.env };
  const runner = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env, timeout: RUN_MS_MAX });
  return new Promise((resolve, reject) => {
    runner.once("error", reject);
    runner.once("close", (code) => resolve(code ?? 1));
  });
}
