import { z } from "zod";
import { type NamedSecret, namedSecretSchema, type Secret, secretSchema } from "./secret.ts";

/** How clients that speak TLS over a socket of their own trust the peer and show who they are. */

const serverName = z
  .string()
  .min(1)
  .max(253)
  .optional()
  .meta({
    description: "Name that the peer's certificate has to bear; absent = the host's.",
    examples: ["broker.internal"],
  });

const AUTHORITY = "PEM with the authorities to trust; absent = those of the system.";
const CERTIFICATE = "PEM of the client's certificate, where the peer asks for one.";
const KEY = "PEM of the key of that certificate.";

/** For what the configuration alone declares: secrets may be files. */
export const clientTlsSchema = z.strictObject({
  authority: secretSchema(AUTHORITY).optional(),
  certificate: secretSchema(CERTIFICATE).optional(),
  key: secretSchema(KEY).optional(),
  serverName,
});

/** For what comes over the API. */
export const namedClientTlsSchema = z.strictObject({
  authority: namedSecretSchema(AUTHORITY).optional(),
  certificate: namedSecretSchema(CERTIFICATE).optional(),
  key: namedSecretSchema(KEY).optional(),
  serverName,
});

export interface ClientTls<S = Secret | NamedSecret> {
  readonly authority?: S | undefined;
  readonly certificate?: S | undefined;
  readonly key?: S | undefined;
  readonly serverName?: string | undefined;
}

export function hasWholeKeyPair({ certificate, key }: ClientTls): boolean {
  return (certificate === undefined) === (key === undefined);
}

export interface ClientTlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** As Node's `tls.connect` takes it. Certificates are read anew each time, so that renewed ones need no restart. */
export function readClientTls<S>(tls: ClientTls<S>, readSecret: (secret: S) => string): ClientTlsFiles {
  const { authority, certificate, key, serverName: servername } = tls;
  return {
    ...(authority !== undefined && { ca: readSecret(authority) }),
    ...(certificate !== undefined && { cert: readSecret(certificate) }),
    ...(key !== undefined && { key: readSecret(key) }),
    ...(servername !== undefined && { servername }),
  };
}

/** What to do about a code of Node's or of OpenSSL's; `undefined` when it is not about TLS. */
export function tlsFailure(code: string): { readonly code: "tls-failed"; readonly advice: string } | undefined {
  if (/CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) {
    return {
      code: "tls-failed",
      advice: "the broker's certificate is not trusted: look at tls.authority and tls.serverName",
    };
  }
  if (!/SSL|TLS/.test(code)) return undefined;
  return {
    code: "tls-failed",
    advice: "look at the scheme and port of the address, and at tls.certificate and tls.key",
  };
}
