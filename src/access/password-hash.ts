import { type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import type { Random } from "../std/random.ts";

/**
 * Passwords as scrypt hashes in the PHC string format: `$scrypt$ln=15,r=8,p=3$SALT$HASH`, base64 without padding. Cost and
 * salt stand in the text, so that the cost of new hashes may rise while old ones keep their own.
 */
export interface PasswordHash {
  /** Binary logarithm of scrypt's N. */
  readonly logCost: number;
  readonly blockSize: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly digest: Buffer;
}

/** 32 MiB and about a quarter of a second on one core: one of the settings that OWASP's cheat sheet holds to be equal. */
const LOG_COST = 15;
const BLOCK_SIZE = 8;
const PARALLELISM = 3;
const SALT_BYTES = 16;
const DIGEST_BYTES = 32;

/** What a hash of another program may cost at most: 128 MiB, and four times the time of ours. */
const MEMORY_BYTES_MAX = 128 * 1024 * 1024;
const WORK_MAX = 4 * 2 ** LOG_COST * BLOCK_SIZE * PARALLELISM;

/** Longer ones are no passwords; hashing takes the time of its cost whatever the length. */
export const PASSWORD_CHARACTERS_MAX = 1024;

const PASSWORD_HASH =
  /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{22,86})={0,2}\$([A-Za-z0-9+/]{43,86})={0,2}$/;

export async function hashPassword(password: string, random: Random): Promise<string> {
  const salt = random.bytes(SALT_BYTES);
  const settings = { logCost: LOG_COST, blockSize: BLOCK_SIZE, parallelism: PARALLELISM, salt };
  const digest = await digestOf(password, settings, DIGEST_BYTES);
  return `$scrypt$ln=${LOG_COST},r=${BLOCK_SIZE},p=${PARALLELISM}$${base64(salt)}$${base64(digest)}`;
}

/** Throws an `Error` that says what was expected, and never repeats the text. */
export function parsePasswordHash(text: string): PasswordHash {
  const [, ln, r, p, salt = "", digest = ""] = PASSWORD_HASH.exec(text) ?? [];
  if (ln === undefined) {
    throw new Error("expected a password hash such as $scrypt$ln=15,r=8,p=3$…$…; `lakehose users hash` makes one");
  }
  const [logCost, blockSize, parallelism] = [Number(ln), Number(r), Number(p)];
  const memoryBytes = 128 * 2 ** logCost * blockSize;
  const work = 2 ** logCost * blockSize * parallelism;
  if (work < 2 ** 14 * 8 || memoryBytes > MEMORY_BYTES_MAX || work > WORK_MAX) {
    throw new Error(
      `expected a cost of scrypt from ln=14,r=8,p=1 to ln=17,r=8,p=3, got ln=${ln},r=${r},p=${p}; \`lakehose users hash\` makes a hash`,
    );
  }
  return {
    logCost,
    blockSize,
    parallelism,
    salt: Buffer.from(salt, "base64"),
    digest: Buffer.from(digest, "base64"),
  };
}

/** Takes the same time for any password. */
export async function isPassword(password: string, expected: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await digestOf(password, expected, expected.digest.length), expected.digest);
}

/** Of the memory and time that a check takes. */
export function workOf({ logCost, blockSize, parallelism }: PasswordHash): number {
  return 2 ** logCost * blockSize * parallelism;
}

const derive = promisify<string, Buffer, number, ScryptOptions, Buffer>(scrypt);

function digestOf(password: string, settings: Omit<PasswordHash, "digest">, bytes: number): Promise<Buffer> {
  const { logCost, blockSize: r, parallelism: p, salt } = settings;
  const maxmem = 2 * MEMORY_BYTES_MAX;
  // The same letters typed on another keyboard may come as other code points.
  return derive(password.normalize("NFKC"), salt, bytes, { N: 2 ** logCost, r, p, maxmem });
}

function base64(bytes: Buffer): string {
  return bytes.toString("base64").replace(/=+$/, "");
}
