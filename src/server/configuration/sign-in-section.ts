import { z } from "zod";
import { parsePasswordHash } from "../../access/password-hash.ts";
import { ROLES } from "../../access/role.ts";
import type { User } from "../../access/users.ts";
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
    sessions: sessionsSchema,
  })
  .prefault({})
  .meta({ description: "How people sign in to the console and the admin API." });

export type SignInSection = z.output<typeof signInSection>;

/** With secrets read and hashes checked. */
export interface SignInSettings {
  readonly publicOrigin?: string;
  readonly users: readonly User[];
  readonly sessions: { readonly idleMs: number; readonly lifeMs: number };
}

export function signInSettings(
  { publicUrl, users, sessions }: SignInSection,
  sources: SecretSources,
  at: <T>(path: string, read: () => T) => T,
): SignInSettings {
  const hashOf = (secret: Secret) => {
    const text = readSecret(secret, sources);
    parsePasswordHash(text);
    return text;
  };
  return {
    ...(publicUrl !== undefined && { publicOrigin: new URL(publicUrl).origin }),
    users: users.map((user, index) => ({
      ...user,
      passwordHash: at(`signIn.users[${index}].passwordHash`, () => hashOf(user.passwordHash)),
    })),
    sessions: { idleMs: sessions.idle, lifeMs: sessions.life },
  };
}

/** Whether anybody can sign in. */
export function hasPeople({ users }: SignInSettings): boolean {
  return users.length > 0;
}
