import { X509Certificate } from "node:crypto";
import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Clock } from "../std/clock.ts";
import { tls } from "../std/node-http.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";
import { makeCertificates } from "./tls/x509.ts";

export interface Certificate {
  /** PEM, with its chain. */
  readonly cert: string;
  readonly key: string;
}

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Own certificate. Throws with the file's name when one is missing or the two do not belong together. */
export async function readCertificate({ certFile, keyFile }: CertificateFiles): Promise<Certificate> {
  const cert = await readPem(certFile);
  const key = await readPem(keyFile);
  try {
    tls().createSecureContext({ cert, key });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError(
      `TLS needs a PEM certificate and its own key: ${certFile} and ${keyFile} are refused: ${reason}`,
    );
  }
  return { cert, key };
}

/** How often the files are looked at: renewals are days apart, and looking is two `stat` calls. */
const RELOAD_CHECK_MS = 10_000;

/**
 * Hands on a renewed certificate until `signal` is aborted. A pair that is half written or broken is reported once and
 * skipped; the one in use stays, and the files are looked at again.
 */
export async function watchCertificate(
  files: CertificateFiles,
  clock: Clock,
  signal: AbortSignal,
  events: { onRenewed(certificate: Certificate): void; onRefused(reason: string): void },
): Promise<void> {
  let seen = await stampOf(files);
  while (await slept(clock, signal)) {
    const stamp = await stampOf(files);
    if (stamp === seen) continue;
    seen = stamp;
    try {
      events.onRenewed(await readCertificate(files));
    } catch (error) {
      events.onRefused(error instanceof Error ? error.message : String(error));
    }
  }
}

/** What browsers and other clients still accept of a server certificate (825 days), and when it is replaced. */
const SELF_SIGNED_MS = 825 * 24 * 3_600_000;
const RENEWED_BEFORE_MS = 30 * 24 * 3_600_000;

/** Clients whose clock is behind would refuse a certificate that begins now. */
const BACKDATED_MS = 24 * 3_600_000;

export interface SelfSigned extends Certificate {
  /** What clients have to trust: `AWS_CA_BUNDLE`, `NODE_EXTRA_CA_CERTS`, `curl --cacert`. */
  readonly caFile: string;
  readonly ca: string;
}

/**
 * A certificate of our own making for `hosts`, kept in `directory` so that clients trust it once and not after every
 * start. Made again when it is about to expire, or when the hosts are others.
 */
export async function selfSignedCertificate(
  directory: string,
  hosts: readonly string[],
  clock: Clock,
): Promise<SelfSigned> {
  const [caFile, certFile, keyFile] = ["ca.pem", "server.pem", "server-key.pem"].map((name) =>
    join(directory, name),
  ) as [string, string, string];
  const kept = await Promise.all([readPem(caFile), readCertificate({ certFile, keyFile })]).catch(() => undefined);
  if (kept !== undefined && serves(kept[1].cert, hosts, clock.now())) return { ...kept[1], ca: kept[0], caFile };
  const now = clock.now();
  const made = makeCertificates({ hosts, from: now - BACKDATED_MS, until: now - BACKDATED_MS + SELF_SIGNED_MS });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFile(keyFile, made.key, { mode: 0o600 });
  await writeFile(certFile, made.cert);
  await writeFile(caFile, made.ca);
  return { ...made, caFile };
}

function serves(cert: string, hosts: readonly string[], now: number): boolean {
  const parsed = new X509Certificate(cert);
  if (Date.parse(parsed.validTo) - RENEWED_BEFORE_MS < now) return false;
  return hosts.every((host) => (isIP(host) === 0 ? parsed.checkHost(host) : parsed.checkIP(host)) !== undefined);
}

async function readPem(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "UNKNOWN";
    throw new ConfigurationError(`TLS needs the file ${file}, reading it failed: ${code}`, { cause: error });
  }
}

async function stampOf({ certFile, keyFile }: CertificateFiles): Promise<string> {
  const stamps = [certFile, keyFile].map(async (file) => {
    const found = await stat(file).catch(() => undefined);
    return found === undefined ? "absent" : `${found.ino}/${found.size}/${found.mtimeMs}`;
  });
  return (await Promise.all(stamps)).join(" ");
}

async function slept(clock: Clock, signal: AbortSignal): Promise<boolean> {
  return clock.sleep(RELOAD_CHECK_MS, signal).then(
    () => true,
    () => false,
  );
}
