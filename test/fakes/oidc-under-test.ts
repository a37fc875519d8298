import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { Provider } from "oidc-provider";
import { afterwards } from "../journeys/cleanup.ts";

export interface OidcUnderTest {
  readonly issuer: string;
  /** While it is, everything is answered 500. */
  down: boolean;
}

export interface OidcUnderTestOptions {
  readonly redirectUri: string;
  /** What the provider says of an account: the account is its own name. */
  readonly claims: (account: string) => Readonly<Record<string, unknown>>;
  /** Whether groups are in the proof itself, or have to be asked for. Default false, as the specification has it. */
  readonly groupsInProof?: boolean;
}

export const OIDC_CLIENT = { clientId: "lakehose", clientSecret: "secret-of-client" };

/** A real provider on a free port, which signs in whoever types any password and asks nobody for consent twice. */
export async function oidcUnderTest(t: TestContext, options: OidcUnderTestOptions): Promise<OidcUnderTest> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => new Promise((resolve) => server.close(resolve).closeAllConnections()));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: OIDC_CLIENT.clientId,
        client_secret: OIDC_CLIENT.clientSecret,
        redirect_uris: [options.redirectUri],
      },
    ],
    claims: { openid: ["sub"], profile: ["preferred_username"], email: ["email"], groups: ["groups"] },
    conformIdTokenClaims: options.groupsInProof !== true,
    pkce: { required: () => true },
    cookies: { keys: ["a key of the test"] },
    findAccount: (_, accountId) => ({
      accountId,
      claims: async () => ({ sub: accountId, ...options.claims(accountId) }),
    }),
  });
  const answer = provider.callback();
  const underTest = { issuer, down: false };
  server.on("request", (request, response) => {
    if (underTest.down) response.writeHead(500).end();
    else void answer(request, response);
  });
  return underTest;
}

/** As much of a browser as signing in takes: it follows where it is sent, and keeps cookies for each host and path. */
export class Browser {
  readonly #cookies: { origin: string; path: string; name: string; value: string }[] = [];
  /** Where it has been, in order. */
  readonly visited: string[] = [];

  /** Goes to an address and on to where it is sent, up to an address that `stop` matches, which it does not visit. */
  async visit(url: string, stop: RegExp, init: RequestInit = {}): Promise<string> {
    let at = url;
    for (let hops = 0; hops < 10; hops++) {
      if (stop.test(at)) return at;
      const answer = await this.fetch(at, hops === 0 ? init : {});
      const next = answer.headers.get("location");
      if (next === null) return at;
      at = new URL(next, at).href;
    }
    throw new Error(`Sent on and on: ${this.visited.join(" ")}`);
  }

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    this.visited.push(url);
    const cookie = this.cookiesFor(url);
    const headers = { ...(init.headers as Record<string, string>), ...(cookie !== "" && { cookie }) };
    const answer = await fetch(url, { ...init, headers, redirect: "manual" });
    for (const text of answer.headers.getSetCookie()) this.#keep(url, text);
    return answer;
  }

  cookiesFor(url: string): string {
    const { origin, pathname } = new URL(url);
    const sent = this.#cookies.filter((one) => one.origin === origin && pathname.startsWith(one.path));
    return sent.map(({ name, value }) => `${name}=${value}`).join("; ");
  }

  #keep(url: string, text: string): void {
    const { origin } = new URL(url);
    const [pair = ""] = text.split(";");
    const [name = "", value = ""] = [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)];
    const path = /; *path=([^;]+)/i.exec(text)?.[1] ?? "/";
    const known = this.#cookies.findIndex((one) => one.origin === origin && one.path === path && one.name === name);
    if (known >= 0) this.#cookies.splice(known, 1);
    if (value !== "") this.#cookies.push({ origin, path, name, value });
  }
}

/** Types a name at the provider, agrees to what it asks, and stops where it is sent back; resolves to that address. */
export async function passProvider(browser: Browser, url: string, account: string, stop: RegExp): Promise<string> {
  let at = await browser.visit(url, stop);
  for (const form of [{ prompt: "login", login: account, password: "any" }, { prompt: "consent" }]) {
    if (stop.test(at)) return at;
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    at = await browser.visit(at, stop, {
      method: "POST",
      headers,
      body: new URLSearchParams(form as Record<string, string>).toString(),
    });
  }
  return at;
}
