import type { Session, Sessions } from "../../access/sessions.ts";
import type { Authenticator } from "../protocol/authenticator.ts";
import type { Caller } from "../protocol/caller.ts";
import type { RequestHead } from "../protocol/http.ts";
import type { OwnAddress } from "../protocol/same-origin.ts";
import { isSigned } from "../protocol/sigv4-parse.ts";
import { type SessionCookie, sessionCookie } from "./session-cookie.ts";

/** Knows people by the cookie of their session, where a request carries nothing else that proves who calls. */
export class SessionDoor {
  readonly cookie: SessionCookie;
  readonly #sessions: Sessions;
  readonly #authenticator: Authenticator;

  constructor(sessions: Sessions, authenticator: Authenticator, own: OwnAddress) {
    this.#sessions = sessions;
    this.#authenticator = authenticator;
    this.cookie = sessionCookie(own.secure || (own.publicOrigin?.startsWith("https:") ?? false));
  }

  sessionOf(head: RequestHead): Session | undefined {
    const id = this.cookie.read(head);
    return id === undefined ? undefined : this.#sessions.use(id);
  }

  /** A token or a signature that is there counts, right or wrong; then the cookie; then it is as the authenticator has it. */
  authenticate(head: RequestHead, service: string): Caller | ((bodySha256: () => string) => Caller) {
    const proved = isSigned(head) || /^bearer\b/i.test(head.headers.authorization ?? "");
    const session = proved || this.#authenticator.open ? undefined : this.sessionOf(head);
    if (session !== undefined) return this.#authenticator.session(session.user, session.role);
    return this.#authenticator.signedOrBearer(head, service);
  }
}
