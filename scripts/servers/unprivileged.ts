import { chown, readdir } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { runTool } from "./run-tool.ts";
import { ServerError } from "./server.ts";

export interface Unprivileged {
  readonly user: string;
  /** What stands before a command on its command line, so that it runs as `user`. */
  readonly prefix: readonly string[];
}

/** For programs that may not run as root: then they run as `user`, who is given the folder and the files in it. */
export async function unprivileged(folder: string, user: string, hint: string): Promise<Unprivileged> {
  if (process.getuid?.() !== 0) return { user: userInfo().username, prefix: [] };
  const [, , uid, gid] = (await runTool("getent", ["passwd", user], hint)).split(":");
  if (uid === undefined || gid === undefined) throw new ServerError(`There is no user ${user}: ${hint}`);
  for (const name of ["", ...(await readdir(folder))]) await chown(join(folder, name), Number(uid), Number(gid));
  return { user, prefix: ["setpriv", `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups"] };
}
