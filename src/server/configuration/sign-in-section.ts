import { z } from "zod";
import type { OidcSettings } from "../../access/oidc/oidc-settings.ts";
import { parsePasswordHash } from "../../access/password-hash.ts";
import { ROLES, type Role } from "../../access/role.ts";
import type { User } from "../../access/users.ts";
import { OIDC_CALLBACK } from "../../api/session/oidc-paths.ts";
import { readSecret, type Secret, type SecretSources, secretSchema } from "../../model/secret.ts";
import { duration } from "../../streams/setting-types.ts";

/** `signIn:` of the configuration: people, what they may do, and how long they stay. */

const HOUR_MS = 3_600_000;

export const roleSchema = z.enum(ROLES);

const usersSchema = z
  .array(
    z.strictObject({
      name: z
        .string()
        .regex(/^[\p{L}\p{N}][\p{L}\p{N}._@+-]{0,99}$/u, "expected letters, digits, dots, dashes, @ and +")
        .meta({ description: "What is typed to sign in.", examples: ["ana"] }),
      passwordHash: secretSchema("What `lakehose users hash` prints: scrypt of the password."),
      role: roleSchema.meta({
        description:
          "`viewer` looks; `operator` also flushes, redrives, replays, queries and runs jobs; `admin` also changes and deletes definitions.",
        examples: ["operator"],
      }),
    }),
  )
  .refine((users) => new Set(users.map(({ name }) => name)).size === users.length, "expected each name once")
  .default([])
  .meta({ description: "People who sign in with a password. With one of them, every call has to prove itself." });

const sessionsSchema = z
  .strictObject({
    idle: duration({
      description: "A session ends when it was not used for so long.",
      example: "30m",
      min: 60_000,
      max: 30 * 24 * HOUR_MS,
    }).prefault("2h"),
    life: duration({
      description: "A session ends after so long, however much it is used.",
      example: "12h",
      min: 60_000,
      max: 90 * 24 * HOUR_MS,
    }).prefault("24h"),
  })
  .prefault({})
  .meta({ description: "How long people stay signed in; sessions outlive a restart." });

const groups = (role: Role) =>
  z
    .array(z.string().min(1))
    .default([])
    .meta({ description: `Groups whose members have the role \`${role}\`.`, examples: [[`lake-${role}s`]] });

/** Over a network, http would show the code and the secret to whoever listens. */
const issuerSchema = z
  .url({ protocol: /^https?$/ })
  .refine((text) => text.startsWith("https:") || isLoopback(new URL(text).hostname), {
    error: "expected an address with https:// (http:// only on this machine)",
  });

const oidcSchema = z
  .strictObject({
    issuer: issuerSchema.meta({
      description: "Address of the provider; `/.well-known/openid-configuration` below it says the rest.",
      examples: ["https://login.example.com/realms/main"],
    }),
    clientId: z
      .string()
      .min(1)
      .meta({ description: "As the provider knows this server.", examples: ["lakehose"] }),
    clientSecret: secretSchema("Proves this server to the provider; without one, PKCE alone does.").optional(),
    label: z.string().min(1).max(100).default("Single sign-on").meta({ description: "What stands on the button." }),
    scopes: z
      .array(z.string().min(1))
      .refine((scopes) => scopes.includes("openid"), "expected openid among them")
      .default(["openid", "profile", "email"])
      .meta({ description: "What is asked for.", examples: [["openid", "profile", "groups"]] }),
    groupsClaim: z.string().min(1).default("groups").meta({ description: "Claim with the groups of a person." }),
    nameClaim: z
      .string()
      .min(1)
      .default("email")
      .meta({
        description: "Claim with the name that is shown and written to the log; without it, the subject.",
        examples: ["preferred_username"],
      }),
    roles: z
      .strictObject({ viewer: groups("viewer"), operator: groups("operator"), admin: groups("admin") })
      .prefault({})
      .meta({ description: "Roles of groups; the highest counts, and who is in none does not get in." }),
  })
  .optional()
  .meta({
    description:
      "OpenID Connect provider (authorization code with PKCE). Its redirect URI is `PUBLICURL/api/session/oidc/callback`.",
  });

export const signInSection = z
  .strictObject({
    publicUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({
        description: "Address under which browsers know the server, where a proxy in front of it has another.",
        examples: ["https://lakehose.example.com"],
      }),
    users: usersSchema,
    oidc: oidcSchema,
    sessions: sessionsSchema,
  })
  .refine(({ oidc, publicUrl }) => oidc === undefined || publicUrl !== undefined, {
    path: ["publicUrl"],
    error: "expected the address under which browsers know the server: the provider sends them back there",
  })
  .prefault({})
  .meta({ description: "How people sign in to the console and the admin API." });

export type SignInSection = z.output<typeof signInSection>;

/** With secrets read and hashes checked. */
export interface SignInSettings {
  readonly publicOrigin?: string;
  readonly users: readonly User[];
  readonly oidc?: OidcSettings;
  readonly sessions: { readonly idleMs: number; readonly lifeMs: number };
}

export function signInSettings(
  { publicUrl, users, oidc, sessions }: SignInSection,
  sources: SecretSources,
  at: <T>(path: string, read: () => T) => T,
): SignInSettings {
  const hashOf = (secret: Secret) => {
    const text = readSecret(secret, sources);
    parsePasswordHash(text);
    return text;
  };
  const providerOf = ({ clientSecret, ...provider }: NonNullable<typeof oidc>): OidcSettings => ({
    ...provider,
    redirectUri: new URL(OIDC_CALLBACK, publicUrl).href,
    ...(clientSecret !== undefined && {
      clientSecret: at("signIn.oidc.clientSecret", () => readSecret(clientSecret, sources)),
    }),
  });
  return {
    ...(publicUrl !== undefined && { publicOrigin: new URL(publicUrl).origin }),
    users: users.map((user, index) => ({
      ...user,
      passwordHash: at(`signIn.users[${index}].passwordHash`, () => hashOf(user.passwordHash)),
    })),
    ...(oidc !== undefined && { oidc: providerOf(oidc) }),
    sessions: { idleMs: sessions.idle, lifeMs: sessions.life },
  };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Whether anybody can sign in. */
export function hasPeople({ users, oidc }: SignInSettings): boolean {
  return users.length > 0 || oidc !== undefined;
}
