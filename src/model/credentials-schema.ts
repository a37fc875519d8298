import { z } from "zod";
import { secretSchema } from "./secret.ts";

/** A key of AWS's for one thing; absent, the SDK finds one. `thing`: what it opens, in the reference page's words. */
export function credentialsSchema(thing: string) {
  return z
    .strictObject({
      accessKeyId: z.string().min(1).meta({ description: "Id of the key." }),
      secretAccessKey: secretSchema("Secret of the key."),
      sessionToken: secretSchema("Token of temporary credentials.").optional(),
    })
    .optional()
    .meta({ description: `Key for this ${thing}. Default: the AWS chain (environment, profile, instance role).` });
}
