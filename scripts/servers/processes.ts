import { spawn, spawnSync } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A server gets this long to end by itself before it is made to. */
const STOP_SECONDS_MAX = 10;
const STOP_POLL_MS = 100;

/** Starts a program that outlives us, in a process group of its own, with its output in a file. */
export function spawnDetached(command: string, args: readonly string[], folder: string, outputPath: string) {
  const output = openSync(outputPath, "a");
  return spawn(command, args, { cwd: folder, detached: true, stdio: ["ignore", output, output] });
}

/** Ends the process group of `pid`, kindly at first. */
export async function stopProcessGroup(pid: number): Promise<void> {
  if (!signalGroup(pid, "SIGTERM")) return;
  for (let waited = 0; waited < STOP_SECONDS_MAX * 1000; waited += STOP_POLL_MS) {
    await sleep(STOP_POLL_MS);
    if (!signalGroup(pid, 0)) return;
  }
  signalGroup(pid, "SIGKILL");
}

/** Whether the process `pid` is the one whose command line holds `mark`, and not a later one with the same number. */
export function isProcess(pid: number, mark: string): boolean {
  return commandLine(pid).includes(mark);
}

/** Linux tells by `/proc`, other systems by `ps`, which small Linux images do without. */
function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "";
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}
