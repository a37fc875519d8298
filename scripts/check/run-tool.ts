import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Finding } from "./gate.ts";

/** Runs a tool of `node_modules` in the root; one finding with all that it said when it fails, none when it succeeds. */
export async function runTool(root: string, script: string, args: readonly string[]): Promise<readonly Finding[]> {
  const child = spawn(process.execPath, [join(root, "node_modules", script), ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  return code === 0 ? [] : [{ message: Buffer.concat(chunks).toString("utf8").trim() || `${script} failed (${code})` }];
}
