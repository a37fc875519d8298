import { z } from "zod";
import { AccessError } from "../../access/access-error.ts";
import type { Session } from "../../access/sessions.ts";
import type { SignIn, StartedSession } from "../../access/sign-in.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { adminAnswer, adminFailure } from "../admin/admin-answer.ts";
import { parseBody } from "../admin/parse-body.ts";
import type { AuditTrail } from "../protocol/audit-trail.ts";
import type { Authenticator } from "../protocol/authenticator.ts";
import { REFUSAL_CODES, wireErrorOf } from "../protocol/error-mapping.ts";
import type { HttpAnswer, HttpRequest, Route } from "../protocol/http.ts";
import { parseJsonObject } from "../protocol/json-protocol.ts";
import { type OwnAddress, refuseOtherSites } from "../protocol/same-origin.ts";
import { WireError } from "../protocol/wire-error.ts";
import { comeBack, failedReturn, seeOther, setOut } from "./oidc-answers.ts";
import { OIDC_BEGIN, OIDC_CALLBACK } from "./oidc-paths.ts";
import type { SessionDoor } from "./session-door.ts";

export interface SessionRouteOptions {
  readonly signIn: SignIn;
  readonly door: SessionDoor;
  readonly authenticator: Authenticator;
  readonly own: OwnAddress;
  readonly telemetry: Telemetry;
  readonly audit: AuditTrail;
}

const PATH = "/api/session";

/** A name and a password. */
const BODY_BYTES_MAX = 16 * 1024;

const credentialsSchema = z.strictObject({ user: z.string().min(1).max(256), password: z.string() });

/**
 * Signing in and out, before the admin API and without its proof:
 *
 * POST   /api/session {user, password} => the session, and its cookie
 * GET    /api/session => {required, user, signIn}: who is signed in, and how one signs in
 * DELETE /api/session => the same with nobody, and the cookie is taken away
 * GET    /api/session/oidc, /api/session/oidc/callback: see `oidc-answers.ts`
 */
export function sessionRoute(options: SessionRouteOptions): Route {
  const { telemetry } = options;
  return {
    name: "session",
    matches: ({ path }) => path === PATH || path.startsWith(`${PATH}/`),
    handle: async (request) => {
      try {
        refuseOtherSites(request, options.own, false);
        return await answer(options, request);
      } catch (error) {
        const known = wireErrorOf(error, { accountId: "", stream: "" });
        if (known === undefined) throw error;
        const fields = { protocol: "session", operation: "Session", code: known.code, reason: known.message };
        telemetry.emit("api.requestFailed", fields);
        return adminFailure(known);
      }
    },
    refuse: ({ reason, message }) => adminFailure({ code: REFUSAL_CODES[reason], message, cause: undefined }),
  };
}

function answer(options: SessionRouteOptions, request: HttpRequest): Promise<HttpAnswer> | HttpAnswer {
  const { method, path } = request;
  if (path === PATH && method === "GET") return adminAnswer(200, viewOf(options, request));
  if (path === PATH && method === "POST") return begin(options, request);
  if (path === PATH && method === "DELETE") return end(options, request);
  if (path === OIDC_BEGIN && method === "GET") return setOut(options.signIn, request, options.door.cookie.secure);
  if (path === OIDC_CALLBACK && method === "GET") return finish(options, request);
  const known = `GET, POST and DELETE of ${PATH}, GET of ${OIDC_BEGIN} and ${OIDC_CALLBACK}`;
  const message = `${method} ${path.slice(0, 256)} is unknown. There are ${known}`;
  throw new WireError("UnknownOperationException", message);
}

async function begin(options: SessionRouteOptions, request: HttpRequest): Promise<HttpAnswer> {
  const { signIn } = options;
  const body = parseJsonObject(await request.body({ bytesMax: BODY_BYTES_MAX }));
  const { user, password } = parseBody(credentialsSchema, body);
  const started = await signIn.withPassword(user, password, request.address).catch(async (error: unknown) => {
    await failed(options, request, { user, via: "password", error });
    throw error;
  });
  return adminAnswer(200, sessionView(options, started.session), await welcome(options, request, started));
}

async function finish(options: SessionRouteOptions, request: HttpRequest): Promise<HttpAnswer> {
  try {
    const started = await comeBack(options.signIn, request);
    return seeOther(started.returnTo, await welcome(options, request, started));
  } catch (error) {
    if (!(error instanceof AccessError)) throw error;
    await failed(options, request, { user: "", via: "oidc", error });
    return failedReturn(error);
  }
}

/** The cookie of a session that has begun; the one that the browser had before ends. */
async function welcome(
  { door, signIn, telemetry, audit }: SessionRouteOptions,
  request: HttpRequest,
  { id, session }: StartedSession,
): Promise<Readonly<Record<string, string>>> {
  const { user, role, via } = session;
  const former = door.cookie.read(request);
  if (former !== undefined) await signIn.sessions.end(former);
  telemetry.emit("access.signedIn", { user, role, via, address: request.address });
  const about = { who: user, proof: via, role, from: request.address, requestId: request.id };
  await audit.write({ ...about, action: "lakehose:SignIn", subjects: [], outcome: "done" });
  return { "set-cookie": door.cookie.set(id, signIn.sessions.endsAt(session).latest - session.createdAt) };
}

interface FailedSignIn {
  /** Empty where nobody knows. */
  readonly user: string;
  readonly via: "password" | "oidc";
  readonly error: unknown;
}

/** What the audit log knows of. Attempts that nobody looked at only count: there may be very many. */
const TELLING: ReadonlySet<string> = new Set(["wrong-credentials", "provider-failed", "no-role"]);

async function failed(
  options: SessionRouteOptions,
  request: HttpRequest,
  { user, via, error }: FailedSignIn,
): Promise<void> {
  const known = wireErrorOf(error, { accountId: "", stream: "" });
  const { address: from, id: requestId } = request;
  const code = known?.code ?? "InternalFailure";
  options.telemetry.emit("access.signInFailed", { via, code, address: from });
  if (!(error instanceof AccessError) || !TELLING.has(error.code)) return;
  const about = { who: user, proof: "nothing", from, requestId, reason: error.message } as const;
  await options.audit.write({ ...about, action: "lakehose:SignIn", subjects: [], outcome: "refused" });
}

async function end({ door, signIn, authenticator }: SessionRouteOptions, request: HttpRequest): Promise<HttpAnswer> {
  const id = door.cookie.read(request);
  if (id !== undefined) await signIn.sessions.end(id);
  const view = { required: !authenticator.open, user: null, signIn: waysIn(signIn) };
  return adminAnswer(200, view, { "set-cookie": door.cookie.clear() });
}

/** Who asks, by session or token. Nobody is no failure here: it is what the page for signing in begins with. */
function viewOf(options: SessionRouteOptions, request: HttpRequest): JsonObject {
  const { door, authenticator, signIn } = options;
  const session = door.sessionOf(request);
  if (session !== undefined) return sessionView(options, session);
  const required = !authenticator.open;
  if (!required || request.headers.authorization === undefined) {
    return { required, user: null, signIn: waysIn(signIn) };
  }
  const { principal: name, role = "admin" } = authenticator.bearer(request);
  return { required, user: { name, role, via: "token" }, signIn: waysIn(signIn) };
}

function sessionView({ signIn }: SessionRouteOptions, session: Session): JsonObject {
  const { user: name, role, via } = session;
  const { idle, latest } = signIn.sessions.endsAt(session);
  const ends = { idleEndsAt: new Date(idle).toISOString(), endsAt: new Date(latest).toISOString() };
  return { required: true, user: { name, role, via, ...ends }, signIn: waysIn(signIn) };
}

function waysIn({ withPasswords, oidc }: SignIn): JsonObject {
  return { password: withPasswords, oidc: oidc === undefined ? null : { label: oidc.label, path: OIDC_BEGIN } };
}
