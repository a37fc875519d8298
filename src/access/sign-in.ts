import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { Random } from "../std/random.ts";
import { AccessError } from "./access-error.ts";
import { basisOfProvider, type OidcSettings } from "./oidc/oidc-settings.ts";
import { OidcSignIn } from "./oidc/oidc-sign-in.ts";
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
  readonly oidc?: OidcSettings | undefined;
  readonly limits: SessionLimits;
}

export interface StartedSession {
  /** For the browser alone. */
  readonly id: string;
  readonly session: Session;
}

/** How people sign in: a name and a password, or what a provider says of them, become a session. */
export class SignIn {
  readonly sessions: Sessions;
  /** Absent: no provider is configured. */
  readonly oidc: OidcSignIn | undefined;
  readonly #users: Users;
  readonly #attempts: SignInAttempts;

  static async open(options: SignInOptions): Promise<SignIn> {
    const { clock, disk, random, sessionsPath: path, limits, oidc } = options;
    const bases = new Set(options.users.map(basisOf));
    if (oidc !== undefined) bases.add(basisOfProvider(oidc));
    const holds = ({ basis }: Session) => bases.has(basis);
    return new SignIn(options, await Sessions.open({ clock, disk, random, path, limits, holds }));
  }

  private constructor({ clock, random, users, oidc }: SignInOptions, sessions: Sessions) {
    this.#users = new Users(users);
    this.#attempts = new SignInAttempts(clock);
    this.sessions = sessions;
    this.oidc = oidc && new OidcSignIn({ clock, random, settings: oidc });
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
      this.#attempts.failed(name, address);
      throw new AccessError("wrong-credentials", "There is no such user, or the password is another");
    }
    this.#attempts.succeeded(name, address);
    return this.sessions.begin({ user: name, role: user.role, via: "password", basis: basisOf(user) });
  }

  /** Somebody whom the provider has sent back. Throws `flow-unknown`, `provider-failed`, `no-role` or `not-configured`. */
  async withProvider(query: string, browserState: string | undefined): Promise<StartedSession & { returnTo: string }> {
    const { returnTo, ...person } = await this.requireOidc().finish(query, browserState);
    return { ...(await this.sessions.begin({ ...person, via: "oidc" })), returnTo };
  }

  requireOidc(): OidcSignIn {
    if (this.oidc !== undefined) return this.oidc;
    throw new AccessError("not-configured", "Nobody signs in with a provider here: signIn.oidc is not configured");
  }
}
