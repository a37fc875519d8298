import type { AccessError } from "../../access/access-error.ts";
import { FLOW_MS_MAX } from "../../access/oidc/oidc-flows.ts";
import type { SignIn, StartedSession } from "../../access/sign-in.ts";
import type { HttpAnswer, HttpRequest } from "../protocol/http.ts";
import { OIDC_BEGIN } from "./oidc-paths.ts";
import { readCookie } from "./session-cookie.ts";

/**
 * The two addresses of a sign-in with a provider, both visited by the browser itself rather than by a script:
 *
 * GET /api/session/oidc?returnTo=/path  => 303 to the provider, and a cookie with the state
 * GET /api/session/oidc/callback?code…  => 303 to the path with a session, or to `/?signInFailed=CODE`
 *
 * The cookie is SameSite=Lax, since the provider's page sends the browser back; that of the session is Strict all the same, and
 * is sent with what the page that it comes back to asks for.
 */
const STATE_COOKIE = "lakehose-oidc";

const RETURN_LENGTH_MAX = 512;

export async function setOut(signIn: SignIn, request: HttpRequest, secure: boolean): Promise<HttpAnswer> {
  const returnTo = ownPath(new URLSearchParams(request.query).get("returnTo"));
  const { url, state } = await signIn.requireOidc().begin(returnTo);
  const attributes = `Path=${OIDC_BEGIN}; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
  const maxAge = `Max-Age=${FLOW_MS_MAX / 1000}`;
  return seeOther(url, { "set-cookie": `${STATE_COOKIE}=${state}; ${maxAge}; ${attributes}` });
}

export function comeBack(signIn: SignIn, request: HttpRequest): Promise<StartedSession & { returnTo: string }> {
  return signIn.withProvider(request.query, readCookie(request.headers.cookie, STATE_COOKIE));
}

/** A browser that comes back without success gets a page of ours, which says why. */
export function failedReturn(error: AccessError): HttpAnswer {
  return seeOther(`/?signInFailed=${error.code}`);
}

export function seeOther(location: string, more: Readonly<Record<string, string>> = {}): HttpAnswer {
  // The address that was asked for holds a code: no other site is told of it.
  const headers = { location, "cache-control": "no-store", "referrer-policy": "no-referrer", ...more };
  return { status: 303, headers, body: "" };
}

/** A path of this server, so that nobody is led elsewhere: `//host` and `/\host` are addresses of others to a browser. */
function ownPath(asked: string | null): string {
  const own = asked !== null && asked.length <= RETURN_LENGTH_MAX && /^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(asked);
  return own ? asked : "/";
}
