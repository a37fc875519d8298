import { LakehoseError, reasonOf } from "../model/errors.ts";
import { FolderLockedError } from "../std/folder-lock.ts";
import type { Configuration } from "./configuration/load-configuration.ts";

/** What the operating system says of an address that cannot be listened on. */
const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there. Stop it, or take another port (--port, 0 = any free one)",
  EADDRNOTAVAIL: "this machine has no such address. Name one of its own (--host)",
  EACCES: "this user may not listen there. Take a port above 1023 (--port)",
};

/** What it says of a data folder that cannot be worked in. */
const FOLDER_PROBLEMS: ReadonlySet<string> = new Set(["EACCES", "EEXIST", "ENOSPC", "ENOTDIR", "EPERM", "EROFS"]);

/**
 * Failures to start that the user can mend become one sentence: what was wanted, what came, what to do. Anything else is a
 * fault of ours and keeps its stack trace.
 */
export function startFailure(error: unknown, configuration: Pick<Configuration, "data" | "host" | "port">): unknown {
  if (error instanceof FolderLockedError) return explained("data-folder-in-use", error.message, error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const { data, host, port } = configuration;
  const listening = LISTEN_PROBLEMS[code];
  if (syscall === "listen" && listening !== undefined) {
    return explained("cannot-listen", `Cannot listen on ${host}:${port}: ${listening}.`, error);
  }
  if (!FOLDER_PROBLEMS.has(code)) return error;
  const message = `Cannot work in the data folder ${data}: ${reasonOf(error)}. Name a folder that this user may write to (--data).`;
  return explained("data-folder", message, error);
}

function explained(code: string, message: string, cause: unknown): LakehoseError {
  return new LakehoseError(code, message, { cause });
}
