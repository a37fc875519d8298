import { hash } from "node:crypto";
import type { Configuration } from "openid-client";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { AccessError } from "../access-error.ts";
import type { Role } from "../role.ts";
import { type OidcFlow, OidcFlows } from "./oidc-flows.ts";
import { basisOfProvider, type OidcSettings, roleOfGroups } from "./oidc-settings.ts";

/**
 * Sign-in with an OpenID Connect provider: authorization code flow with PKCE, state and nonce. The library checks what the
 * provider answers (issuer, audience, signature, times, nonce); here is who may come back, and what they become.
 *
 * The library is loaded, and the provider asked where its endpoints are, when the first person sets out: a provider that is
 * down keeps nobody from starting the server.
 */
export interface OidcSignInOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: OidcSettings;
}

export interface OidcPerson {
  /** `oidc:ada@example.com`; no user of the configuration can have such a name. */
  readonly user: string;
  readonly role: Role;
  readonly basis: string;
  readonly returnTo: string;
}

/** Endpoints and keys of a provider change rarely; a key that is not known yet is fetched at once by the library. */
const DISCOVERY_MS = 3_600_000;

const ANSWER_SECONDS_MAX = 10;
const NAME_LENGTH_MAX = 200;
const REASON_LENGTH_MAX = 300;

type Library = typeof import("openid-client");
type Claims = Readonly<Record<string, unknown>>;

export class OidcSignIn {
  readonly #options: OidcSignInOptions;
  readonly #flows: OidcFlows;
  #discovered: { readonly provider: Promise<Configuration>; readonly until: number } | undefined;

  constructor(options: OidcSignInOptions) {
    this.#options = options;
    this.#flows = new OidcFlows(options.clock, options.random);
  }

  get label(): string {
    return this.#options.settings.label;
  }

  get basis(): string {
    return basisOfProvider(this.#options.settings);
  }

  /** Where the browser goes, and the state that it keeps in a cookie. Throws `provider-failed`. */
  async begin(returnTo: string): Promise<{ readonly url: string; readonly state: string }> {
    const { scopes, redirectUri } = this.#options.settings;
    const library = await loadLibrary();
    const provider = await this.#provider(library);
    const { state, nonce, verifier } = this.#flows.begin(returnTo);
    const url = library.buildAuthorizationUrl(provider, {
      redirect_uri: redirectUri,
      scope: scopes.join(" "),
      state,
      nonce,
      code_challenge: hash("sha256", verifier, "base64url"),
      code_challenge_method: "S256",
    });
    return { url: url.href, state };
  }

  /** Who comes back with this query. Throws `flow-unknown`, `provider-failed` or `no-role`. */
  async finish(query: string, browserState: string | undefined): Promise<OidcPerson> {
    const answer = new URLSearchParams(query);
    const flow = this.#flows.take(answer.get("state"), browserState);
    const refusal = answer.get("error");
    if (refusal !== null) throw providerFailed(`${refusal} ${answer.get("error_description") ?? ""}`.trim());
    const claims = await this.#claimsOf(query, flow);
    const { settings } = this.#options;
    const user = `oidc:${textOf(claims[settings.nameClaim]) ?? textOf(claims.sub) ?? ""}`.slice(0, NAME_LENGTH_MAX);
    const role = roleOfGroups(settings, listOf(claims[settings.groupsClaim]));
    if (role !== undefined) return { user, role, basis: this.basis, returnTo: flow.returnTo };
    const message = `${user} is in no group that has a role here: an administrator gives groups roles under signIn.oidc.roles`;
    throw new AccessError("no-role", message);
  }

  /** What the provider says of the person: in the proof that it signs, and where that has no groups, when it is asked. */
  async #claimsOf(query: string, { state, nonce, verifier }: OidcFlow): Promise<Claims> {
    const { redirectUri, groupsClaim } = this.#options.settings;
    const library = await loadLibrary();
    const provider = await this.#provider(library);
    try {
      const tokens = await library.authorizationCodeGrant(provider, new URL(`${redirectUri}?${query}`), {
        pkceCodeVerifier: verifier,
        expectedNonce: nonce,
        expectedState: state,
        idTokenExpected: true,
      });
      const proved = tokens.claims();
      if (proved === undefined) throw new Error("the provider sent no proof of who it is (ID token)");
      if (proved[groupsClaim] !== undefined || provider.serverMetadata().userinfo_endpoint === undefined) return proved;
      const told = await library.fetchUserInfo(provider, tokens.access_token, proved.sub);
      return { ...told, ...proved };
    } catch (error) {
      throw providerFailed(reasonOf(error), error);
    }
  }

  #provider(library: Library): Promise<Configuration> {
    const now = this.#options.clock.monotonic();
    if (this.#discovered === undefined || this.#discovered.until < now) {
      const provider = this.#discover(library);
      this.#discovered = { provider, until: now + DISCOVERY_MS };
      provider.catch(() => {
        // The next person asks again.
        if (this.#discovered?.provider === provider) this.#discovered = undefined;
      });
    }
    return this.#discovered.provider;
  }

  async #discover(library: Library): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#options.settings;
    const url = new URL(issuer);
    // The schema lets no other http through than that of this machine.
    const execute = url.protocol === "http:" ? [library.allowInsecureRequests] : [];
    const proof = clientSecret === undefined ? library.None() : undefined;
    try {
      return await library.discovery(url, clientId, clientSecret, proof, { execute, timeout: ANSWER_SECONDS_MAX });
    } catch (error) {
      throw providerFailed(`${issuer}: ${reasonOf(error)}`, error);
    }
  }
}

function loadLibrary(): Promise<Library> {
  return import("openid-client");
}

function providerFailed(reason: string, cause?: unknown): AccessError {
  // What a provider says is shown to people and written to logs: no more than a line of it.
  const line = reason.replace(/\p{Cc}+/gu, " ").slice(0, REASON_LENGTH_MAX);
  return new AccessError("provider-failed", `The sign-in provider did not let you in: ${line}`, { cause });
}

/** The library's errors say what kind of check failed; the cause says of what. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== error.message
    ? `${error.message} (${cause.message})`
    : error.message;
}

function textOf(claim: unknown): string | undefined {
  return typeof claim === "string" && claim !== "" ? claim.replace(/\p{Cc}+/gu, " ") : undefined;
}

function listOf(claim: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return list.filter((one) => typeof one === "string");
}
