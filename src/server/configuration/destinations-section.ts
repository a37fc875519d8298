import { z } from "zod";
import { readSecret, type SecretSources, secretSchema } from "../../model/secret.ts";
import { matchesGlob } from "../../std/glob.ts";

/** `secrets:` of the configuration: what definitions of streams may name instead of writing it out. */
export const secretsSection = z
  .record(z.string().min(1).max(512), secretSchema("The secret."))
  .default({})
  .meta({
    description:
      "Secrets by name, or by the ARN that a SecretsManagerConfiguration has; the first name with `*` and `?` that matches counts. Destinations name them as `{ secret: NAME }`. Read again for each attempt, so a file may be replaced.",
    examples: [{ "arn:aws:secretsmanager:*:*:secret:collector-*": { file: "collector.json" } }],
  });

/** `endpoints:` of the configuration. */
export const endpointsSection = z
  .record(z.string().min(1).max(512), z.union([z.url(), z.strictObject({ env: z.string().min(1) })]))
  .default({})
  .meta({
    description:
      "Where that is reached which streams name by ARN or by an address of AWS, such as an OpenSearch domain or the host in a ClusterJDBCURL: an address, or `{ env: NAME }`; the first name with `*` and `?` that matches counts.",
    examples: [{ "arn:aws:es:*:*:domain/logs": "http://127.0.0.1:9200" }],
  });

export interface Reached {
  readonly secrets: z.output<typeof secretsSection>;
  readonly endpoints: z.output<typeof endpointsSection>;
}

/** How destinations ask for what the configuration knows. */
export function reachedBy({ secrets, endpoints }: Reached, sources: SecretSources) {
  return {
    secretOf(name: string): string {
      const secret = firstMatch(secrets, name);
      if (secret === undefined) {
        throw new Error(`expected an entry of secrets in the configuration for "${name}"; no name matches. Add one`);
      }
      return readSecret(secret, sources);
    },
    endpointOf: (name: string): string | undefined => {
      const place = firstMatch(endpoints, name);
      return place === undefined ? undefined : readSecret(place, sources);
    },
  };
}

function firstMatch<T>(named: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.entries(named).find(([glob]) => matchesGlob(glob, name))?.[1];
}
