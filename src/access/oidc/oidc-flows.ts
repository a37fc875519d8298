import { hash } from "node:crypto";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import { AccessError } from "../access-error.ts";

/** What was sent along to the provider, and has to come back or be shown when somebody returns. */
export interface OidcFlow {
  /** In the address that the browser comes back to, and in a cookie of the browser that set out. */
  readonly state: string;
  /** In the proof that the provider signs. */
  readonly nonce: string;
  /** Shown to the provider in exchange for the code; before that it has only seen its hash (PKCE). */
  readonly verifier: string;
  /** Path of ours that they were on their way to. */
  readonly returnTo: string;
  readonly endsAt: number;
}

/** As long as typing a password and a second factor may take. */
export const FLOW_MS_MAX = 10 * 60_000;

/** Anybody may set out; beyond this the first who set out have to do so again. Some 300 bytes each. */
const FLOWS_MAX = 10_000;

const SECRET_BYTES = 32;

/**
 * People who are on their way to the provider and back. Each flow counts once, for the browser that set out, and not for
 * long: a stranger's answer (login CSRF), an old one and one that comes again lead nowhere.
 */
export class OidcFlows {
  readonly #clock: Clock;
  readonly #random: Random;
  /** By the hash of their state, in the order in which they began. */
  readonly #flows = new Map<string, OidcFlow>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  begin(returnTo: string): OidcFlow {
    const secret = () => this.#random.bytes(SECRET_BYTES).toString("base64url");
    const endsAt = this.#clock.monotonic() + FLOW_MS_MAX;
    const flow = { state: secret(), nonce: secret(), verifier: secret(), returnTo, endsAt };
    const [oldest] = this.#flows.keys();
    if (this.#flows.size >= FLOWS_MAX && oldest !== undefined) this.#flows.delete(oldest);
    this.#flows.set(keyOf(flow.state), flow);
    return flow;
  }

  /** Throws `flow-unknown` unless the browser that comes back is the one that set out, for the first time and in time. */
  take(state: string | null, browserState: string | undefined): OidcFlow {
    // Taken away before anything is looked at: what was tried once is over.
    const flow = state === null ? undefined : this.#flows.get(keyOf(state));
    if (flow !== undefined) this.#flows.delete(keyOf(flow.state));
    if (flow !== undefined && browserState === flow.state && this.#clock.monotonic() < flow.endsAt) return flow;
    const message = "This sign-in did not begin in this browser, was finished before, or took too long: begin again";
    throw new AccessError("flow-unknown", message);
  }

  get count(): number {
    return this.#flows.size;
  }
}

function keyOf(state: string): string {
  return hash("sha256", state, "base64url");
}
