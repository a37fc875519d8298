import { z } from "zod";
import { type NamedSecret, namedSecretSchema, type Secret, secretSchema } from "./secret.ts";

const accessKeyId = z.string().min(1).meta({ description: "Id of the key." });
const SECRET = "Secret of the key.";
const TOKEN = "Token of temporary credentials.";

/** A key of AWS's for one thing; absent, the SDK finds one. `thing`: what it opens, in the reference page's words. */
export function credentialsSchema(thing: string) {
  return z
    .strictObject({
      accessKeyId,
      secretAccessKey: secretSchema(SECRET),
      sessionToken: secretSchema(TOKEN).optional(),
    })
    .optional()
    .meta({ description: keyFor(thing) });
}

/** For what comes over the API. */
export function namedCredentialsSchema(thing: string) {
  return z
    .strictObject({
      accessKeyId,
      secretAccessKey: namedSecretSchema(SECRET),
      sessionToken: namedSecretSchema(TOKEN).optional(),
    })
    .optional()
    .meta({ description: keyFor(thing) });
}

export interface AwsCredentials<S = Secret | NamedSecret> {
  readonly accessKeyId: string;
  readonly secretAccessKey: S;
  readonly sessionToken?: S | undefined;
}

function keyFor(thing: string): string {
  return `Key for this ${thing}. Default: the AWS chain (environment, profile, instance role).`;
}
