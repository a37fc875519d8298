import { spawn } from "node:child_process";
import { ServerError } from "./server.ts";

/** How much of a failed tool's output is shown: its last lines say why. */
const SHOWN_CHARACTERS = 2000;

/** Runs a program to its end. `hint` says how to get the program when it is not there. */
export async function runTool(command: string, args: readonly string[], hint: string): Promise<string> {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (piece: Buffer) => {
    output += piece;
  });
  child.stderr.on("data", (piece: Buffer) => {
    output += piece;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new ServerError(`The program "${command}" is missing: ${hint}`) : error);
    });
    child.on("close", resolve);
  });
  if (code !== 0) {
    throw new ServerError(`${command} ${args.join(" ")} ended with ${code}: ${output.trim().slice(-SHOWN_CHARACTERS)}`);
  }
  return output;
}
