import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import { AccessError } from "./access-error.ts";
import { PASSWORD_CHARACTERS_MAX } from "./password-hash.ts";
import { type Session, type SessionLimits, Sessions } from "./sessions.ts";
import { SignInAttempts } from "./sign-in-attempts.ts";
import { basisOf, type User, Users } from "./users.ts";

export interface SignInOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  /** Where sessions are kept across restarts. */
  readonly sessionsPath: string;
  readonly users: readonly User[];
  readonly limits: SessionLimits;
}

export interface StartedSession {
  /** For the browser alone. */
  readonly id: string;
  readonly session: Session;
}

/** How people sign in: a name and a password become a session, slowly for those who guess. */
export class SignIn {
  readonly sessions: Sessions;
  readonly #users: Users;
  readonly #attempts: SignInAttempts;

  static async open(options: SignInOptions): Promise<SignIn> {
    const users = new Users(options.users);
    const bases = new Set(options.users.map(basisOf));
    const { clock, disk, random, sessionsPath: path, limits } = options;
    const holds = ({ basis }: Session) => bases.has(basis);
    return new SignIn(options, users, await Sessions.open({ clock, disk, random, path, limits, holds }));
  }

  private constructor({ clock }: SignInOptions, users: Users, sessions: Sessions) {
    this.#users = users;
    this.#attempts = new SignInAttempts(clock);
    this.sessions = sessions;
  }

  get withPasswords(): boolean {
    return this.#users.count > 0;
  }

  /** Throws `wrong-credentials`, `too-many-attempts`, `busy` or `not-configured`. */
  async withPassword(name: string, password: string, address: string): Promise<StartedSession> {
    if (!this.withPasswords) {
      throw new AccessError("not-configured", "Nobody signs in with a password here: no users are configured");
    }
    this.#attempts.begin(name, address);
    const user = password.length > PASSWORD_CHARACTERS_MAX ? undefined : await this.#users.check(name, password);
    if (user === undefined) {
      throw new AccessError("wrong-credentials", "There is no such user, or the password is another");
    }
    this.#attempts.succeeded(name, address);
    return this.sessions.begin({ user: name, role: user.role, via: "password", basis: basisOf(user) });
  }
}
