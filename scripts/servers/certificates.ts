import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeCertificates } from "../../src/server/tls/x509.ts";

const LIFE_MS = 7 * 86_400_000;

export interface CertificateFiles {
  /** What clients have to trust. */
  readonly authority: string;
  readonly certificate: string;
  readonly key: string;
}

/** Writes the certificate of a server that clients call `localhost`, and of the authority that signed it, as PEM. */
export async function writeCertificates(folder: string): Promise<CertificateFiles> {
  const from = Date.now();
  const { ca, cert, key } = makeCertificates({ hosts: ["localhost", "127.0.0.1"], from, until: from + LIFE_MS });
  const files = {
    authority: join(folder, "ca.pem"),
    certificate: join(folder, "server.crt"),
    key: join(folder, "server.key"),
  };
  await writeFile(files.authority, ca);
  await writeFile(files.certificate, cert);
  await writeFile(files.key, key, { mode: 0o600 });
  return files;
}
