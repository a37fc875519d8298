import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** One line of OpenSSH's known_hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"): hosts, type of the key, the key. */
interface KnownHost {
  readonly revoked: boolean;
  readonly hosts: string;
  readonly keyType: string;
  readonly key: Buffer;
}

export interface ExpectedKeys {
  readonly accepts: (key: Buffer) => boolean;
  /** Types of keys that the server shall show, where they are known: else it shows one that nobody has noted. */
  readonly keyTypes: readonly string[];
}

/** The keys that known_hosts has for a host. A key that is marked `@revoked` is accepted for none. */
export function keysOfKnownHosts(text: string, host: string, port: number): ExpectedKeys {
  // Other ports than SSH's own stand beside the host, in brackets.
  const name = port === 22 ? host : `[${host}]:${port}`;
  const lines = text.split("\n").flatMap((line) => parseLine(line) ?? []);
  const ofHost = lines.filter(({ hosts }) => namesHost(hosts, name));
  const known = ofHost.filter(({ revoked }) => !revoked);
  const revoked = lines.filter((line) => line.revoked);
  return {
    accepts: (key) => known.some((line) => line.key.equals(key)) && !revoked.some((line) => line.key.equals(key)),
    keyTypes: [...new Set(known.map(({ keyType }) => keyType))],
  };
}

/** `SHA256:…` as `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Buffer): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

function parseLine(line: string): KnownHost | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
  const [hosts = "", keyType = "", key = ""] = words;
  // Certificates of hosts are not what the client library checks.
  if (hosts === "" || hosts.startsWith("#") || key === "" || (marker !== undefined && marker !== "@revoked"))
    return undefined;
  return { revoked: marker === "@revoked", hosts, keyType, key: Buffer.from(key, "base64") };
}

function namesHost(hosts: string, name: string): boolean {
  if (hosts.startsWith("|1|")) return isHashOf(hosts, name);
  const patterns = hosts.split(",");
  const matches = (pattern: string) => wildcard(pattern).test(name);
  const denied = patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)));
  return !denied && patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern));
}

/** `|1|salt|HMAC-SHA1 of the name`, as `HashKnownHosts` writes it. */
function isHashOf(hashed: string, name: string): boolean {
  const [, , salt = "", digest = ""] = hashed.split("|");
  const expected = Buffer.from(digest, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

function wildcard(pattern: string): RegExp {
  const escaped = pattern.replace(/[\\^$.+()[\]{}|/]/g, "\\$&");
  return new RegExp(`^${escaped.replace(/\*+/g, ".*").replaceAll("?", ".")}$`, "i");
}
