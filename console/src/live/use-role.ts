import type { Session } from "../api/session.ts";
import { useSession } from "./use-session.ts";

/** As the server has them (docs/guides/sign-in.md): each may do all that those before it may. */
const ROLES: readonly string[] = ["viewer", "operator", "admin"];

export type Role = "viewer" | "operator" | "admin";

/** Why who is signed in may not do what asks for a role; `undefined` where they may. */
export function whyNot(session: Pick<Session, "user"> | undefined, needed: Role): string | undefined {
  const user = session?.user ?? null;
  // Nobody signs in here, or nobody knows yet: the server has the last word anyhow.
  if (user === null) return undefined;
  const has = ROLES.indexOf(user.role);
  if (has >= ROLES.indexOf(needed)) return undefined;
  return `${needed === "admin" ? "Admins" : "Operators"} may do this; you are signed in as ${user.role}.`;
}

export function useWhyNot(needed: Role): string | undefined {
  return whyNot(useSession().data, needed);
}
