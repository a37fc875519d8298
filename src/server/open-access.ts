import { AuditLog } from "../access/audit-log.ts";
import { SignIn } from "../access/sign-in.ts";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import type { Configuration } from "./configuration/load-configuration.ts";
import type { DataFolder } from "./data-folder.ts";

export interface OpenAccessOptions {
  readonly configuration: Pick<Configuration, "signIn">;
  readonly folder: DataFolder;
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly closers: (() => unknown)[];
}

/** Who may come in, and the log of what they changed. */
export interface Access {
  readonly signIn: SignIn;
  readonly auditLog: AuditLog;
}

export async function openAccess({ configuration, folder, closers, ...world }: OpenAccessOptions): Promise<Access> {
  const { sessions: limits, ...people } = configuration.signIn;
  const auditLog = await AuditLog.open({ clock: world.clock, disk: world.disk, directory: folder.audit });
  const signIn = await SignIn.open({ ...world, ...people, limits, sessionsPath: folder.sessions });
  closers.push(() => signIn.sessions.close());
  return { signIn, auditLog };
}
