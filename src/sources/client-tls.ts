import { z } from "zod";
import { secretSchema } from "../model/secret.ts";
import type { SourceComponents } from "./source-kind.ts";

/** How sources that speak TLS over a socket of their own trust the peer and show who they are. */
export const clientTlsSchema = z.strictObject({
  authority: secretSchema("PEM with the authorities to trust; absent = those of the system.").optional(),
  certificate: secretSchema("PEM of the client's certificate, where the peer asks for one.").optional(),
  key: secretSchema("PEM of the key of that certificate.").optional(),
  serverName: z
    .string()
    .min(1)
    .max(253)
    .optional()
    .meta({
      description: "Name that the peer's certificate has to bear; absent = the host's.",
      examples: ["broker.internal"],
    }),
});

export type ClientTls = z.output<typeof clientTlsSchema>;

export interface ClientTlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

/** As Node's `tls.connect` takes it. Certificates are read anew each time, so that renewed ones need no restart. */
export function readClientTls(tls: ClientTls, readSecret: SourceComponents["readSecret"]): ClientTlsFiles {
  const { authority, certificate, key, serverName } = tls;
  return {
    ...(authority !== undefined && { ca: readSecret(authority) }),
    ...(certificate !== undefined && { cert: readSecret(certificate) }),
    ...(key !== undefined && { key: readSecret(key) }),
    ...(serverName !== undefined && { servername: serverName }),
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
