import type { RequestHead } from "../protocol/http.ts";

/**
 * The cookie that carries a session: out of reach of scripts (HttpOnly), never sent along from another site
 * (SameSite=Strict). Under TLS its name begins with `__Host-`: browsers then take it only from this very host, over
 * TLS, for all paths, so that no neighbouring subdomain can plant one.
 */
export interface SessionCookie {
  /** Whether browsers keep it to TLS. */
  readonly secure: boolean;
  /** The id, if the request carries exactly one; of two, one was planted and nobody can tell which. */
  read(head: Pick<RequestHead, "headers">): string | undefined;
  set(id: string, maxAgeMs: number): string;
  clear(): string;
}

export function sessionCookie(secure: boolean): SessionCookie {
  const name = secure ? "__Host-lakehose-session" : "lakehose-session";
  const attributes = `Path=/; HttpOnly; SameSite=Strict${secure ? "; Secure" : ""}`;
  return {
    secure,
    read: ({ headers }) => readCookie(headers.cookie, name),
    set: (id, maxAgeMs) => `${name}=${id}; Max-Age=${Math.floor(maxAgeMs / 1000)}; ${attributes}`,
    clear: () => `${name}=; Max-Age=0; ${attributes}`,
  };
}

/** The value of a cookie that is there once. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  const values = (header ?? "").split(";").flatMap((pair) => {
    const equals = pair.indexOf("=");
    return equals > 0 && pair.slice(0, equals).trim() === name ? [pair.slice(equals + 1).trim()] : [];
  });
  return values.length === 1 ? values[0] : undefined;
}
