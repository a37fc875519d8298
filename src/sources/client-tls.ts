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
