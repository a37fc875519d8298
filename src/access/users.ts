import { hash } from "node:crypto";
import { Mutex } from "../std/mutex.ts";
import { AccessError } from "./access-error.ts";
import { isPassword, type PasswordHash, parsePasswordHash, workOf } from "./password-hash.ts";
import type { Role } from "./role.ts";

export interface User {
  readonly name: string;
  /** As `lakehose users hash` prints it. */
  readonly passwordHash: string;
  readonly role: Role;
}

/** Each check takes 32 MiB and a core, so one runs at a time and a few wait; what they wait for is four a second. */
const WAITING_MAX = 16;

/** Nobody's password: what names that nobody has are checked against, so that they take the same time. */
const DECOY = `$scrypt$ln=15,r=8,p=3$${"A".repeat(22)}$${"A".repeat(43)}`;

/** The users of the configuration. */
export class Users {
  readonly #users: ReadonlyMap<string, User & { readonly hash: PasswordHash }>;
  readonly #decoy: PasswordHash;
  readonly #checks = new Mutex();
  #waiting = 0;

  /** Throws for a hash that is none. */
  constructor(users: readonly User[]) {
    this.#users = new Map(users.map((user) => [user.name, { ...user, hash: parsePasswordHash(user.passwordHash) }]));
    const hashes = [...this.#users.values()].map((user) => user.hash);
    const [costliest] = hashes.sort((a, b) => workOf(b) - workOf(a));
    const decoy = parsePasswordHash(DECOY);
    this.#decoy = costliest === undefined ? decoy : { ...costliest, digest: decoy.digest };
  }

  get count(): number {
    return this.#users.size;
  }

  get(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** The user, if this is the password. A name that nobody has takes as long as one that somebody has. */
  async check(name: string, password: string): Promise<User | undefined> {
    if (this.#waiting >= WAITING_MAX) {
      const message = "Too many people sign in at this moment: wait a few seconds and try again";
      throw new AccessError("busy", message, { retryAfterMs: 5_000 });
    }
    const user = this.#users.get(name);
    this.#waiting++;
    try {
      const right = await this.#checks.run(() => isPassword(password, user?.hash ?? this.#decoy));
      return right ? user : undefined;
    } finally {
      this.#waiting--;
    }
  }
}

/** What a session of a user rests on: with another password or role in the configuration it ends. */
export function basisOf({ name, passwordHash, role }: User): string {
  return hash("sha256", JSON.stringify([name, passwordHash, role]), "base64url");
}
