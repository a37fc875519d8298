import type { RequestHead } from "./http.ts";
import { WireError } from "./wire-error.ts";

/** Under which addresses browsers know this server. */
export interface OwnAddress {
  /** It speaks TLS by itself. */
  readonly secure: boolean;
  /** Origin that a proxy in front of it has: `https://lakehose.example.com`. */
  readonly publicOrigin?: string | undefined;
}

/** What only looks. Every other method counts as a change. */
const LOOKING: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Keeps pages of other sites from changing anything through the browser of somebody who is signed in. Browsers say with
 * each change which page it comes from (`Origin`) and how that page stands to this server (`Sec-Fetch-Site`); neither can be
 * set by a page. Other clients say nothing, which is refused only where the browser alone gives the proof: a cookie.
 */
export function refuseOtherSites(head: RequestHead, own: OwnAddress, byCookie: boolean): void {
  if (LOOKING.has(head.method)) return;
  const { origin, "sec-fetch-site": site, host = "" } = head.headers;
  if (origin === undefined && site === undefined) {
    if (!byCookie) return;
    const advice = `send Origin: ${originsOf(own, host)[0]}, or use a token instead of a session`;
    throw new WireError(
      "AccessDeniedException",
      `A change by a session has to say which page it comes from: ${advice}`,
    );
  }
  if (site !== undefined && site !== "same-origin" && site !== "none") {
    const message = `Pages of other sites may not call: got Sec-Fetch-Site "${String(site).slice(0, 32)}"`;
    throw new WireError("AccessDeniedException", message);
  }
  const origins = originsOf(own, host);
  if (origin === undefined || origins.includes(origin)) return;
  const expected = origins.join(" or ").slice(0, 256);
  const message = `Pages of other sites may not call: expected Origin ${expected}, got "${origin.slice(0, 128)}". Behind a proxy, signIn.publicUrl says under which address the server is known`;
  throw new WireError("AccessDeniedException", message);
}

function originsOf({ secure, publicOrigin }: OwnAddress, host: string): readonly string[] {
  const direct = `${secure ? "https" : "http"}://${host}`;
  return publicOrigin === undefined ? [direct] : [publicOrigin, direct];
}
