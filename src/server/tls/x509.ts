import { generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

export interface MadeCertificates {
  /** PEM. What clients have to trust. */
  readonly ca: string;
  /** PEM, signed by `ca`. */
  readonly cert: string;
  readonly key: string;
}

export interface CertificateRequest {
  /** Names and addresses that clients call the server by. */
  readonly hosts: readonly string[];
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly until: number;
}

/**
 * Makes a certificate authority, has it sign one server certificate, and forgets the authority's key, so that whoever
 * trusts it trusts this one server. X.509 v3 in DER, ECDSA over P-256 with SHA-256:
 *
 *     Certificate => { tbs, algorithm, signature }
 *     tbs         => { [0] version 3, serial, algorithm, issuer, { from, until }, subject, public key, [3] extensions }
 */
export function makeCertificates(request: CertificateRequest): MadeCertificates {
  const authority = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const server = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const authorityName = `Lakehose CA ${randomBytes(4).toString("hex")}`;
  const issuer = { name: authorityName, publicKey: authority.publicKey, privateKey: authority.privateKey };
  const ca = certificate(request, issuer, { name: authorityName, publicKey: authority.publicKey }, [
    extension(BASIC_CONSTRAINTS, true, sequence(BOOLEAN_TRUE, integer(Buffer.from([0])))),
    extension(KEY_USAGE, true, bitString(Buffer.from([0x06]), 1)),
  ]);
  const cert = certificate(request, issuer, { name: "Lakehose", publicKey: server.publicKey }, [
    extension(BASIC_CONSTRAINTS, true, sequence()),
    extension(KEY_USAGE, true, bitString(Buffer.from([0x80]), 7)),
    extension(EXTENDED_KEY_USAGE, false, sequence(objectId(SERVER_AUTH))),
    extension(SUBJECT_ALTERNATIVE_NAME, false, sequence(...request.hosts.map(generalName))),
  ]);
  return { ca: pem(ca), cert: pem(cert), key: server.privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

const COMMON_NAME = "2.5.4.3";
const ECDSA_WITH_SHA256 = "1.2.840.10045.4.3.2";
const SUBJECT_KEY_ID = "2.5.29.14";
const KEY_USAGE = "2.5.29.15";
const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const AUTHORITY_KEY_ID = "2.5.29.35";
const EXTENDED_KEY_USAGE = "2.5.29.37";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

interface Subject {
  readonly name: string;
  readonly publicKey: KeyObject;
}

function certificate(
  request: CertificateRequest,
  issuer: Subject & { readonly privateKey: KeyObject },
  subject: Subject,
  extensions: readonly Buffer[],
): Buffer {
  const algorithm = sequence(objectId(ECDSA_WITH_SHA256));
  // A serial number is positive, so its first bit is not set, and its first byte is not zero.
  const serial = Buffer.concat([Buffer.from([0x40]), randomBytes(15)]);
  const tbs = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(serial),
    algorithm,
    distinguishedName(issuer.name),
    sequence(time(request.from), time(request.until)),
    distinguishedName(subject.name),
    subject.publicKey.export({ type: "spki", format: "der" }),
    tagged(
      0xa3,
      sequence(
        ...extensions,
        extension(SUBJECT_KEY_ID, false, octetString(keyId(subject.publicKey))),
        extension(AUTHORITY_KEY_ID, false, sequence(tagged(0x80, keyId(issuer.publicKey)))),
      ),
    ),
  );
  return sequence(tbs, algorithm, bitString(sign("sha256", tbs, issuer.privateKey), 0));
}

function keyId(publicKey: KeyObject): Buffer {
  return hash("sha1", publicKey.export({ type: "spki", format: "der" }), "buffer");
}

function distinguishedName(commonName: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId(COMMON_NAME), tagged(0x0c, Buffer.from(commonName)))));
}

function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectId(id), ...(critical ? [BOOLEAN_TRUE] : []), octetString(value));
}

function generalName(host: string): Buffer {
  if (isIPv4(host)) return tagged(0x87, Buffer.from(host.split(".").map(Number)));
  if (isIPv6(host)) return tagged(0x87, ipv6Bytes(host));
  return tagged(0x82, Buffer.from(host, "ascii"));
}

function ipv6Bytes(host: string): Buffer {
  const [head = "", tail] = host.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16)));
  const first = groups(head);
  const last = groups(tail ?? "");
  const zeros = new Array<number>(Math.max(0, 8 - first.length - last.length)).fill(0);
  const bytes = Buffer.alloc(16);
  for (const [index, group] of [...first, ...zeros, ...last].entries()) bytes.writeUInt16BE(group, index * 2);
  return bytes;
}

/** UTCTime up to 2049, as RFC 5280 wants it; nothing here lives longer. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/[-:T]/g, "").slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second];
  for (const part of rest) {
    const digits = [part & 0x7f];
    for (let left = part >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tagged(0x06, Buffer.from(bytes));
}

const BOOLEAN_TRUE = Buffer.from([0x01, 0x01, 0xff]);

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function octetString(bytes: Buffer): Buffer {
  return tagged(0x04, bytes);
}

function bitString(bytes: Buffer, unusedBits: number): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.from([unusedBits]), bytes]));
}

function tagged(tag: number, content: Buffer): Buffer {
  if (content.length < 0x80) return Buffer.concat([Buffer.from([tag, content.length]), content]);
  const length: number[] = [];
  for (let left = content.length; left > 0; left >>>= 8) length.unshift(left & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), content]);
}

function pem(der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`;
}
