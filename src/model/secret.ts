import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";

/** Tells whoever shows options that this one is not to be seen where it is written out (JSON Schema). */
const SECRET = { writeOnly: true };

/** Made once: several dozen options are secrets, and each schema is kilobytes. */
const text = z.string().min(1);
const secret = z.union([text, z.strictObject({ file: text }), z.strictObject({ env: text })]);
const namedSecret = z.union([text, z.strictObject({ secret: z.string().min(1).max(512) })]);

/** A secret in the configuration: written out, or better, the name of a file or of an environment variable that holds it. */
export function secretSchema(description: string) {
  return secret.meta({
    ...SECRET,
    description: `${description} Written out, or \`{ file: PATH }\`, or \`{ env: NAME }\`.`,
  });
}

/**
 * A secret in the definition of a stream, which comes over the API: written out, or the name of one that the configuration
 * keeps. Never a file: who may change a stream may not read the server's files by sending them somewhere.
 */
export function namedSecretSchema(description: string) {
  const ways = "Written out, or `{ secret: NAME }` of the configuration's secrets.";
  return namedSecret.meta({ ...SECRET, description: `${description} ${ways}` });
}

export type NamedSecret = string | { readonly secret: string };

export function readNamedSecret(secret: NamedSecret, secretOf: (name: string) => string): string {
  return typeof secret === "string" ? secret : secretOf(secret.secret);
}

export type Secret = string | { readonly file: string } | { readonly env: string };

export interface SecretSources {
  /** Relative file names are relative to this folder: that of the configuration file. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The secret itself. Throws an `Error` that says where it was looked for, and never what else lies there. */
export function readSecret(secret: Secret, sources: SecretSources): string {
  if (typeof secret === "string") return secret;
  if ("env" in secret) {
    const value = sources.environment[secret.env];
    if (value === undefined || value === "") {
      throw new Error(`expected a secret in the environment variable ${secret.env}, which is not set`);
    }
    return value;
  }
  const path = resolve(sources.folder, secret.file);
  try {
    return readFileSync(path, "utf8").trimEnd();
  } catch (error) {
    throw new Error(`expected a secret in the file ${path}: ${(error as Error).message}`, { cause: error });
  }
}
