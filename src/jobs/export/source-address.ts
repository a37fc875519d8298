import { reasonOf } from "../../model/errors.ts";
import type { Disk } from "../../std/disk.ts";
import { readFileWhole } from "../../std/write-file.ts";
import { ExportError } from "./export-error.ts";
import type { SourceOptions } from "./export-options.ts";
import type { SourceAddress } from "./postgresql/session.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Looks up what the options only name, at each run anew: passwords change, and a definition must not hold them. */
export async function sourceAddress(
  { host, port, database, user, password, tls }: SourceOptions,
  disk: Disk,
  environment: Environment,
): Promise<SourceAddress> {
  return {
    host,
    port,
    database,
    user,
    password: password === undefined ? undefined : await readPassword(password, disk, environment),
    tls:
      tls === "off"
        ? "off"
        : { authorities: tls.caFile === undefined ? undefined : await readText(disk, tls.caFile, "source.tls.caFile") },
  };
}

async function readPassword(
  password: NonNullable<SourceOptions["password"]>,
  disk: Disk,
  environment: Environment,
): Promise<string> {
  if ("file" in password) return (await readText(disk, password.file, "source.password.file")).trimEnd();
  const value = environment[password.env];
  if (value !== undefined && value !== "") return value;
  const message = `source.password.env: expected the password in the environment variable ${password.env} of the server, which is not set`;
  throw new ExportError("invalid", message);
}

async function readText(disk: Disk, path: string, option: string): Promise<string> {
  try {
    const bytes = await readFileWhole(disk, path);
    if (bytes !== undefined) return bytes.toString("utf8");
  } catch (error) {
    throw new ExportError("invalid", `${option}: ${reasonOf(error)}`, { cause: error });
  }
  throw new ExportError("invalid", `${option}: there is no file ${path} on the server`);
}
