import { hash } from "node:crypto";
import { ROLES, type Role } from "../role.ts";

/** An OpenID Connect provider that says who people are and which groups they are in. */
export interface OidcSettings {
  readonly issuer: string;
  readonly clientId: string;
  /** Absent: a public client, proved by PKCE alone. */
  readonly clientSecret?: string;
  /** What stands on the button. */
  readonly label: string;
  readonly scopes: readonly string[];
  /** Claim with the groups: a list of texts, or one text. */
  readonly groupsClaim: string;
  /** Claim with the name that is shown; without it the subject is. */
  readonly nameClaim: string;
  readonly roles: Readonly<Record<Role, readonly string[]>>;
  /** Where the provider sends people back to. */
  readonly redirectUri: string;
}

/** The highest role that any of the groups has. */
export function roleOfGroups(settings: Pick<OidcSettings, "roles">, groups: readonly string[]): Role | undefined {
  return ROLES.toReversed().find((role) => settings.roles[role].some((group) => groups.includes(group)));
}

/** What sessions rest on: another provider, client or mapping ends them. */
export function basisOfProvider({ issuer, clientId, groupsClaim, nameClaim, roles }: OidcSettings): string {
  return hash("sha256", JSON.stringify([issuer, clientId, groupsClaim, nameClaim, roles]), "base64url");
}
