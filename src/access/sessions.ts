import { hash } from "node:crypto";
import { dirname } from "node:path";
import { z } from "zod";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import { Mutex } from "../std/mutex.ts";
import type { Random } from "../std/random.ts";
import { readFileWhole, writeFileDurably } from "../std/write-file.ts";
import { ROLES } from "./role.ts";

/**
 * Who is signed in. A session is known by a random id, which only the browser keeps: here and on disk lies its hash, so
 * that nobody who reads the file can be anybody.
 *
 * A session ends when it was not used for the idle time, when it is as old as its life allows, when what it rests on (the
 * user's password and role, the mapping of groups) is another in the configuration, or when its user signs out. The wall clock
 * counts, since sessions outlive the process: one that is set back makes them longer by as much.
 *
 * Bounded: so many of one user and of all; beyond that the one that was not used for longest ends.
 *
 * File: one JSON document, written whole. An end is durable when the call resolves. A new session is, too, unless the disk
 * takes no more: who has to mend that must get in, and at worst signs in once more after a restart. The time of the last use
 * is written at most once a minute, so that a crash may shorten an idle session by as much.
 */
const sessionSchema = z.object({
  /** SHA-256 of the id, base64url. */
  idHash: z.string().length(43),
  user: z.string().min(1),
  role: z.enum(ROLES),
  via: z.enum(["password", "oidc"]),
  basis: z.string(),
  createdAt: z.number(),
  usedAt: z.number(),
});

export type Session = Readonly<z.infer<typeof sessionSchema>>;

const fileSchema = z.object({ format: z.literal(1), sessions: z.array(sessionSchema) });

export interface SessionLimits {
  readonly idleMs: number;
  readonly lifeMs: number;
}

export interface SessionsOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  readonly random: Random;
  readonly path: string;
  readonly limits: SessionLimits;
  /** Whether what a session rests on still holds. */
  readonly holds: (session: Session) => boolean;
}

const SESSIONS_MAX = 1_000;
const SESSIONS_PER_USER_MAX = 20;

/** 256 bits: nobody guesses one. */
const ID_BYTES = 32;
const ID = /^[A-Za-z0-9_-]{43}$/;

const WRITE_INTERVAL_MS = 60_000;

export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #writes = new Mutex();
  #writtenAt: number;

  /** A file that cannot be read costs everybody one more sign-in, and nothing else. */
  static async open(options: SessionsOptions): Promise<Sessions> {
    const sessions = new Sessions(options);
    for (const session of await readSessions(options)) sessions.#sessions.set(session.idHash, session);
    for (const session of sessions.#sessions.values()) sessions.#living(session);
    return sessions;
  }

  private constructor(options: SessionsOptions) {
    this.#options = options;
    this.#writtenAt = options.clock.now();
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Always under a new id: one that somebody brought along is never taken over. */
  async begin(about: Pick<Session, "user" | "role" | "via" | "basis">): Promise<{ id: string; session: Session }> {
    const id = this.#options.random.bytes(ID_BYTES).toString("base64url");
    const now = this.#options.clock.now();
    const session = { ...about, idHash: hashOf(id), createdAt: now, usedAt: now };
    for (const one of [...this.#sessions.values()]) this.#living(one);
    const own = [...this.#sessions.values()].filter(({ user }) => user === about.user);
    if (own.length >= SESSIONS_PER_USER_MAX) this.#sessions.delete(leastUsed(own));
    if (this.#sessions.size >= SESSIONS_MAX) this.#sessions.delete(leastUsed([...this.#sessions.values()]));
    this.#sessions.set(session.idHash, session);
    await this.#write().catch(() => undefined);
    return { id, session };
  }

  /** The session with this id, used now; `undefined` for an id that is none, or no longer. */
  use(id: string): Session | undefined {
    const known = ID.test(id) ? this.#sessions.get(hashOf(id)) : undefined;
    const session = known === undefined ? undefined : this.#living(known);
    if (session === undefined) return undefined;
    const now = this.#options.clock.now();
    const used = { ...session, usedAt: now };
    this.#sessions.set(used.idHash, used);
    // Nobody waits for this write, and one that fails is followed by the next.
    if (Math.abs(now - this.#writtenAt) >= WRITE_INTERVAL_MS) void this.#write().catch(() => undefined);
    return used;
  }

  async end(id: string): Promise<void> {
    if (ID.test(id) && this.#sessions.delete(hashOf(id))) await this.#write();
  }

  /** When it ends if nobody uses it again, and when it ends at the latest. */
  endsAt({ createdAt, usedAt }: Session): { readonly idle: number; readonly latest: number } {
    const { idleMs, lifeMs } = this.#options.limits;
    return { idle: Math.min(usedAt + idleMs, createdAt + lifeMs), latest: createdAt + lifeMs };
  }

  async close(): Promise<void> {
    if (this.#sessions.size > 0) await this.#write().catch(() => undefined);
  }

  /** Forgets the session unless it lives. */
  #living(session: Session): Session | undefined {
    if (this.endsAt(session).idle > this.#options.clock.now() && this.#options.holds(session)) return session;
    this.#sessions.delete(session.idHash);
    return undefined;
  }

  #write(): Promise<void> {
    const { disk, path, clock } = this.#options;
    this.#writtenAt = clock.now();
    return this.#writes.run(async () => {
      await disk.makeDirectory(dirname(path));
      const document = { format: 1, sessions: [...this.#sessions.values()] };
      await writeFileDurably(disk, path, Buffer.from(JSON.stringify(document)));
    });
  }
}

async function readSessions({ disk, path }: SessionsOptions): Promise<readonly Session[]> {
  const bytes = await readFileWhole(disk, path);
  if (bytes === undefined) return [];
  try {
    return fileSchema.parse(JSON.parse(bytes.toString("utf8"))).sessions;
  } catch {
    return [];
  }
}

function leastUsed(sessions: readonly Session[]): string {
  return [...sessions].sort((a, b) => a.usedAt - b.usedAt)[0]?.idHash ?? "";
}

function hashOf(id: string): string {
  return hash("sha256", id, "base64url");
}
