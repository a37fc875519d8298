import { type MadeCertificates, makeCertificates } from "../../src/server/tls/x509.ts";

/** An authority of its own and a certificate for a server on this machine, for an hour. */
export function loopbackCertificates(): MadeCertificates {
  const now = Date.now();
  return makeCertificates({ hosts: ["localhost", "127.0.0.1"], from: now - 60_000, until: now + 3_600_000 });
}
