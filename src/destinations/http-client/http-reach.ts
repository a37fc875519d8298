import { z } from "zod";
import { type NamedSecret, namedSecretSchema, readNamedSecret } from "../../model/secret.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies } from "../destination-type.ts";

/** Options of every destination that is reached over HTTP: how it is trusted, and the way to it. */
export const httpReachShape = {
  tls: z
    .strictObject({
      authority: namedSecretSchema("PEM with the authorities to trust; absent = those of the system.").optional(),
      certificate: namedSecretSchema("PEM of the client's certificate, where the server asks for one.").optional(),
      key: namedSecretSchema("PEM of the key of that certificate.").optional(),
      serverName: z
        .string()
        .min(1)
        .max(253)
        .optional()
        .meta({ description: "Name that the server's certificate has to bear; absent = the host's." }),
    })
    .optional()
    .meta({ description: "How the server is trusted, and who we are. Certificates are read again for each request." }),
  proxy: z
    .strictObject({
      url: z.url({ protocol: /^https?$/ }).meta({ description: "The proxy.", examples: ["http://proxy:3128"] }),
      credentials: namedSecretSchema("`USER:PASSWORD` for the proxy.").optional(),
    })
    .optional()
    .meta({ description: "A proxy on the way. https servers are reached through a tunnel." }),
};

/** Their names, for `DestinationType.connectionOptions`. */
export const HTTP_REACH_OPTIONS = ["tls", "proxy"] as const;

export type HttpReach = z.infer<z.ZodObject<typeof httpReachShape>>;

/** What a connection is made with; equal values share connections. */
export interface HttpWay {
  readonly tls: { readonly ca?: string; readonly cert?: string; readonly key?: string; readonly servername?: string };
  readonly proxy?: { readonly uri: string; readonly token?: string };
}

/** Secrets as they are now, so that renewed certificates need no restart. */
export function readWay({ tls = {}, proxy }: HttpReach, secretOf: DestinationDependencies["secretOf"]): HttpWay {
  const { authority, certificate, key, serverName } = tls;
  const read = (secret: NamedSecret) => destinationSecret(secret, secretOf);
  return {
    tls: {
      ...(authority !== undefined && { ca: read(authority) }),
      ...(certificate !== undefined && { cert: read(certificate) }),
      ...(key !== undefined && { key: read(key) }),
      ...(serverName !== undefined && { servername: serverName }),
    },
    ...(proxy !== undefined && {
      proxy: {
        uri: proxy.url,
        ...(proxy.credentials !== undefined && { token: `Basic ${base64(read(proxy.credentials))}` }),
      },
    }),
  };
}

/** A secret as it is now. One that is missing is worth another attempt: it is in the hands of the operator. */
export function destinationSecret(secret: NamedSecret, secretOf: DestinationDependencies["secretOf"]): string {
  try {
    return readNamedSecret(secret, secretOf);
  } catch (error) {
    const message = `The destination needs a secret: ${(error as Error).message}`;
    throw new DestinationError("secret-missing", message, { retriable: true, cause: error });
  }
}

/** A member of a secret that is a JSON object, as Secrets Manager keeps them: `{"api_key": "…"}`. Never shows what is there. */
export function secretMember(secret: string, member: string): string {
  const expected = `The destination needs a secret that is a JSON object with the text "${member}"`;
  const fail = (got: string): never => {
    throw new DestinationError("secret-malformed", `${expected}, got ${got}`, { retriable: true });
  };
  let value: unknown;
  try {
    value = JSON.parse(secret);
  } catch {
    fail("no JSON");
  }
  const text = (value as Record<string, unknown> | null)?.[member];
  return typeof text === "string" && text !== "" ? text : fail("another");
}

function base64(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}
