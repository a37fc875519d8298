import { connect } from "node:net";
import type SftpClient from "ssh2-sftp-client";
import { LakehoseError, reasonOf } from "../../model/errors.ts";
import type { SourceComponents } from "../source-kind.ts";
import { type ExpectedKeys, fingerprintOf, keysOfKnownHosts } from "./host-keys.ts";
import { type SftpOptions, upstreamOf } from "./sftp-options.ts";

const CONNECT_TIMEOUT_MS = 15_000;
/** A peer that says nothing for three of these is gone. */
const KEEPALIVE_MS = 10_000;
const KEEPALIVES_MAX = 3;

/** One connection. `lost` rejects when it ends without `close`. */
export interface SftpConnection {
  readonly client: SftpClient;
  readonly lost: Promise<never>;
  close(): Promise<void>;
}

export async function connectToSftp(
  options: SftpOptions,
  readSecret: SourceComponents["readSecret"],
  signal: AbortSignal,
): Promise<SftpConnection> {
  const { default: Client } = await import("ssh2-sftp-client");
  const { host, port, user } = options;
  const lost = Promise.withResolvers<never>();
  lost.promise.catch(() => undefined);
  const onLost = (error?: unknown) => {
    const reason = error === undefined ? "the server has hung up" : reasonOf(error);
    lost.reject(new LakehoseError("connection-lost", `${upstreamOf(options)}: ${reason}`, { cause: error }));
  };
  const client = new Client("lakehose", { error: onLost, end: () => onLost(), close: () => onLost() });
  const verifier = openVerifier(options, readSecret);
  const onStop = () => void client.end().catch(() => undefined);
  signal.addEventListener("abort", onStop, { once: true });
  try {
    await client.connect({
      host,
      port,
      // SFTP asks and waits for the answer, again and again: packets that gather first would cost 40 ms each time.
      sock: connect({ host, port, noDelay: true }),
      username: user,
      readyTimeout: CONNECT_TIMEOUT_MS,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES_MAX,
      hostVerifier: verifier.verify,
      ...(verifier.algorithms.length > 0 && { algorithms: { serverHostKey: [...verifier.algorithms] } }),
      ...loginOf(options, readSecret),
    });
  } catch (error) {
    await client.end().catch(() => undefined);
    throw connectFailure(error, options, verifier.refused());
  } finally {
    signal.removeEventListener("abort", onStop);
  }
  return {
    client,
    lost: lost.promise,
    close: async () => {
      await client.end().catch(() => undefined);
    },
  };
}

function loginOf({ password, privateKey, passphrase }: SftpOptions, readSecret: SourceComponents["readSecret"]) {
  if (privateKey === undefined) return { password: readSecret(password ?? "") };
  // Files of secrets come without their last line feed, which keys need.
  const key = `${readSecret(privateKey).trimEnd()}\n`;
  return { privateKey: key, ...(passphrase !== undefined && { passphrase: readSecret(passphrase) }) };
}

type HostKeyAlgorithm =
  | "ssh-ed25519"
  | "ecdsa-sha2-nistp256"
  | "ecdsa-sha2-nistp384"
  | "ecdsa-sha2-nistp521"
  | "rsa-sha2-512"
  | "rsa-sha2-256";

/** Signatures that a key of a type may make; those with SHA-1 are asked for no more. */
const ALGORITHMS: Readonly<Record<string, readonly HostKeyAlgorithm[]>> = {
  "ssh-ed25519": ["ssh-ed25519"],
  "ecdsa-sha2-nistp256": ["ecdsa-sha2-nistp256"],
  "ecdsa-sha2-nistp384": ["ecdsa-sha2-nistp384"],
  "ecdsa-sha2-nistp521": ["ecdsa-sha2-nistp521"],
  "ssh-rsa": ["rsa-sha2-512", "rsa-sha2-256"],
};

function openVerifier(options: SftpOptions, readSecret: SourceComponents["readSecret"]) {
  const expected = expectedKeys(options, readSecret);
  let refused: string | undefined;
  const verify = (key: Buffer) => {
    const accepted = expected.accepts(key);
    if (!accepted) refused = fingerprintOf(key);
    return accepted;
  };
  const algorithms = expected.keyTypes.flatMap((type) => ALGORITHMS[type] ?? []);
  return { verify, algorithms, refused: () => refused };
}

function expectedKeys(options: SftpOptions, readSecret: SourceComponents["readSecret"]): ExpectedKeys {
  const { knownHosts, fingerprints, host, port } = options;
  if (knownHosts !== undefined) return keysOfKnownHosts(readSecret(knownHosts), host, port);
  if (fingerprints === undefined) return { accepts: () => true, keyTypes: [] };
  return { accepts: (key) => fingerprints.includes(fingerprintOf(key)), keyTypes: [] };
}

function connectFailure(error: unknown, options: SftpOptions, refusedKey: string | undefined): LakehoseError {
  const upstream = upstreamOf(options);
  const reason = reasonOf(error);
  if (refusedKey !== undefined) {
    const message = `${upstream}: the server shows a key that is not expected, ${refusedKey}; it is somebody else, or its key has changed: look at knownHosts or fingerprints`;
    return new LakehoseError("host-key-refused", message, { cause: error });
  }
  if (/authentication methods failed/i.test(reason)) {
    return new LakehoseError("login-refused", `${upstream}: ${reason}; look at user, password or privateKey`, {
      cause: error,
    });
  }
  if (/parse privateKey|passphrase/i.test(reason)) {
    return new LakehoseError("key-invalid", `${upstream}: ${reason}; look at privateKey and passphrase`, {
      cause: error,
    });
  }
  const { code } = error as { readonly code?: unknown };
  return new LakehoseError(typeof code === "string" ? code : "connect-failed", `${upstream}: ${reason}`, {
    cause: error,
  });
}
