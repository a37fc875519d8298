import { isIP } from "node:net";
import { RefusedError, type RequestHead } from "../../api/protocol/http.ts";

/**
 * What keeps web pages away from a server without keys. A page may post to any address: its `Origin` gives it away. A page
 * whose own name resolves to 127.0.0.1 (DNS rebinding) is not stopped by that: its name stands in `Host`.
 */
export function refuseForeignPages(head: RequestHead, secure: boolean): void {
  const host = head.headers.host ?? "";
  if (!isLoopbackHost(hostName(host))) {
    const message = `Without access keys only loopback names are served, such as localhost: got Host "${host.slice(0, 128)}"`;
    throw new RefusedError("forbidden-host", message);
  }
  const { origin } = head.headers;
  if (origin === undefined || origin === `${secure ? "https" : "http"}://${host}`) return;
  const message = `Without access keys pages of other sites may not call: got Origin "${String(origin).slice(0, 128)}"`;
  throw new RefusedError("forbidden-origin", message);
}

/** True for `localhost`, names below it, and addresses that never leave the machine. */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost") || name === "::1") return true;
  return isIP(name) === 4 && name.startsWith("127.");
}

/** `[::1]:4573` and `localhost:4573` without port and brackets. */
function hostName(host: string): string {
  if (host.startsWith("[")) return host.slice(1, Math.max(1, host.indexOf("]")));
  const colon = host.indexOf(":");
  return colon < 0 ? host : host.slice(0, colon);
}
