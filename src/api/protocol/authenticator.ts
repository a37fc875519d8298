import { hash, timingSafeEqual } from "node:crypto";
import { covers, type Role } from "../../access/role.ts";
import type { Clock } from "../../std/clock.ts";
import { type AllowRule, isAllowed } from "./access-rules.ts";
import { type Caller, DEFAULT_ACCOUNT_ID, DEFAULT_REGION } from "./caller.ts";
import type { RequestHead } from "./http.ts";
import { SignatureVerifier } from "./sigv4.ts";
import type { ChunkSignatures } from "./sigv4-chunks.ts";
import { isSigned, type SignatureParts, unverifiedScope } from "./sigv4-parse.ts";
import { WireError } from "./wire-error.ts";

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly allow: readonly AllowRule[];
}

/** For what is not an AWS protocol: `Authorization: Bearer TOKEN`. */
export interface BearerToken {
  /** For logs and retry keys; the token itself appears nowhere. */
  readonly name: string;
  readonly token: string;
  readonly allow: readonly AllowRule[];
  /** Caps what the rules allow in the admin API. */
  readonly role?: Role;
}

export interface AuthenticatorOptions {
  readonly clock: Clock;
  readonly keys?: readonly AccessKey[];
  readonly tokens?: readonly BearerToken[];
  /** Twelve digits. Default `000000000000`. */
  readonly accountId?: string;
  /** People can sign in, so that without keys and tokens too nobody else may do anything. Default false. */
  readonly people?: boolean;
  /** Accept bodies that the signature does not cover. Default false. */
  readonly unsignedPayload?: boolean;
}

export interface SignedHeadCaller {
  readonly caller: Caller;
  /** Absent where nothing is asked to be signed. */
  readonly proof?: { readonly chunks: ChunkSignatures; readonly signedHeaders: readonly string[] };
}

/**
 * Says who calls. With a key or a token configured every request has to prove it; with none the server is open (and the
 * listener answers loopback only), and the signature is read for its region but not checked.
 */
export class Authenticator {
  /** True while neither keys nor tokens nor people are configured. */
  readonly open: boolean;
  readonly accountId: string;
  readonly #keys: ReadonlyMap<string, AccessKey>;
  readonly #tokens: readonly (BearerToken & { readonly digest: Buffer })[];
  readonly #verifier: SignatureVerifier;

  constructor(options: AuthenticatorOptions) {
    const { keys = [], tokens = [], people = false, accountId = DEFAULT_ACCOUNT_ID, clock } = options;
    this.open = keys.length === 0 && tokens.length === 0 && !people;
    this.accountId = accountId;
    this.#keys = new Map(keys.map((key) => [key.accessKeyId, key]));
    this.#tokens = tokens.map((token) => ({ ...token, digest: digestOf(token.token) }));
    this.#verifier = new SignatureVerifier({
      secretOf: (accessKeyId) => this.#keys.get(accessKeyId)?.secretAccessKey,
      now: () => clock.now(),
      unsignedPayload: options.unsignedPayload ?? false,
    });
  }

  /**
   * The caller of a request in an AWS protocol, in two steps, so that no body is read for a stranger: the call itself
   * throws for what the head shows, the returned function throws a WireError unless the signature is right.
   */
  signed(head: RequestHead, service: string): (bodySha256: () => string) => Caller {
    if (this.open) {
      const scope = unverifiedScope(head);
      const caller = this.#anybody(scope.accessKeyId, scope.region);
      return () => caller;
    }
    const parts = this.#begin(head, service);
    return (bodySha256) => {
      this.#verifier.finish(head, parts, bodySha256);
      return this.#holder(parts);
    };
  }

  /** The caller of a request whose body is checked as it streams; `payloadHash` is what its head says of the body. */
  signedHead(head: RequestHead, service: string, payloadHash: string): SignedHeadCaller {
    if (this.open) return { caller: this.signed(head, service)(() => payloadHash) };
    const parts = this.#begin(head, service);
    const chunks = this.#verifier.finishHead(head, parts, payloadHash);
    return { caller: this.#holder(parts), proof: { chunks, signedHeaders: parts.signedHeaders } };
  }

  /** Either way, for what people call both with their keys and with a token. A signed call is proved by its body. */
  signedOrBearer(head: RequestHead, service: string): Caller | ((bodySha256: () => string) => Caller) {
    if (isSigned(head)) return this.signed(head, service);
    if (this.open || head.headers.authorization !== undefined) return this.bearer(head);
    const message = `Missing credentials: sign the call with an access key (AWS Signature Version 4 for the service '${service}'), or send 'Authorization: Bearer TOKEN'`;
    throw new WireError("MissingAuthenticationTokenException", message);
  }

  /** The caller of any other request, by bearer token. Throws a WireError unless the token is known. */
  bearer(head: RequestHead): Caller {
    const given = /^Bearer +(\S+)$/i.exec(head.headers.authorization ?? "")?.[1];
    return this.token(given, "Missing token: send 'Authorization: Bearer TOKEN' with a token from the configuration");
  }

  /** The caller who shows a token in another place, as some protocols have it; `missing` says where it is expected. */
  token(given: string | undefined, missing: string): Caller {
    if (this.open) return this.#anybody();
    if (given === undefined) throw new WireError("MissingAuthenticationTokenException", missing);
    const digest = digestOf(given);
    // Every token is compared, so that the time taken does not tell which one came close.
    const known = this.#tokens.filter((token) => timingSafeEqual(token.digest, digest))[0];
    if (known === undefined) {
      throw new WireError("UnrecognizedClientException", "The token is not one of those configured");
    }
    const { name: principal, allow, role } = known;
    return { ...this.#within(allow), principal, proof: "token", region: DEFAULT_REGION, ...(role && { role }) };
  }

  /** Who has signed in; the role says what they may. */
  session(principal: string, role: Role): Caller {
    return { ...this.#within(SESSION_RULES), principal, proof: "session", region: DEFAULT_REGION, role };
  }

  #begin(head: RequestHead, service: string): SignatureParts {
    const parts = this.#verifier.begin(head);
    if (parts.service === service) return parts;
    const message = `Credential should be scoped to correct service: '${service}'.`;
    throw new WireError("InvalidSignatureException", message);
  }

  #anybody(accessKeyId = "anonymous", region = DEFAULT_REGION): Caller {
    return { principal: accessKeyId, proof: "nothing", region, accountId: this.accountId, may: () => true };
  }

  #holder({ accessKeyId: principal, region }: SignatureParts): Caller {
    return { ...this.#within(this.#keys.get(principal)?.allow ?? []), principal, proof: "key", region };
  }

  #within(rules: readonly AllowRule[]): Pick<Caller, "accountId" | "may"> {
    return { accountId: this.accountId, may: (action, resource) => isAllowed(rules, action, resource) };
  }
}

/** Sessions are for the admin API; within it the role says what they may. */
const SESSION_RULES: readonly AllowRule[] = [{ actions: ["lakehose:*"], resources: ["*"] }];

/** Throws AccessDeniedException unless the caller's role, where it has one, covers what is needed. */
export function requireRole({ principal, role }: Caller, needed: Role, action: string): void {
  if (role === undefined || covers(role, needed)) return;
  const message = `${principal} has the role ${role}, and ${action} needs the role ${needed}`;
  throw new WireError("AccessDeniedException", message);
}

/** Throws AccessDeniedException in AWS's words unless the caller may do `action` to `resource`. */
export function requirePermission(caller: Caller, action: string, resource: string): void {
  if (caller.may(action, resource)) return;
  const user = `arn:aws:iam::${caller.accountId}:user/${caller.principal}`;
  const reason = `because no identity-based policy allows the ${action} action`;
  const message = `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${reason}`;
  throw new WireError("AccessDeniedException", message);
}

function digestOf(token: string): Buffer {
  return hash("sha256", token, "buffer");
}
