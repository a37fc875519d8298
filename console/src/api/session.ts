import { request } from "./request.ts";

/** Who sits in front of the console, and the ways to sign in (docs/guides/sign-in.md). */
export interface Session {
  /** False: nobody signs in, and everybody on this machine may do everything. */
  readonly required: boolean;
  readonly user: { readonly name: string; readonly role: string } | null;
  readonly signIn: {
    readonly password: boolean;
    readonly oidc: { readonly label: string; readonly path: string } | null;
  };
}

export const sessionApi = {
  get: (signal: AbortSignal) => request<Session>({ method: "GET", path: "session", signal }),
  signIn: (user: string, password: string) =>
    request<Session>({ method: "POST", path: "session", body: { user, password } }),
  signOut: () => request<unknown>({ method: "DELETE", path: "session" }),
};
