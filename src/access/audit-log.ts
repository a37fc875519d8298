import { dirname, join } from "node:path";
import type { Clock } from "../std/clock.ts";
import type { Disk } from "../std/disk.ts";
import type { JsonObject, JsonValue } from "../std/json.ts";
import { Mutex } from "../std/mutex.ts";
import { readFileWhole } from "../std/write-file.ts";
import type { Role } from "./role.ts";

/**
 * Who changed what: one JSON object a line, synced before the change is answered.
 *
 * Two files, each with its own bound: changes, and attempts (sign-ins, and what was refused). Who may change nothing can
 * try as often as they like, and must not be able to push out what others have changed.
 *
 * Layout: `meta/audit/changes.ndjson`, `meta/audit/attempts.ndjson`; older files end in `.1`, `.2`… with rising age. A line that a
 * crash or a full disk has torn is ended by the next one and passed over by readers. Ids rise, also when the clock is set back.
 */
export interface AuditEntry {
  readonly id: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** User, token or access key id. */
  readonly who: string;
  /** What proved it. `nothing`: no keys were configured, and `who` is whatever the request said. */
  readonly proof: "nothing" | "key" | "token" | "session" | "password" | "oidc";
  readonly role?: Role;
  /** Address of the other end of the connection. */
  readonly from: string;
  /** `lakehose:PutJob`, `firehose:CreateDeliveryStream`, `lakehose:SignIn`. */
  readonly action: string;
  /** What was changed: `streams/clicks`, `jobs/daily`. */
  readonly subjects: readonly string[];
  /** `refused`: asked for, and not allowed. */
  readonly outcome: "done" | "refused" | "failed";
  /** Why not. */
  readonly reason?: string;
  /** The members that differ, as they were and as they are; where nobody knows both, what was asked for. Without secrets. */
  readonly before?: JsonValue;
  readonly after?: JsonValue;
  readonly request?: JsonObject;
  readonly requestId: string;
}

export type NewAuditEntry = Omit<AuditEntry, "id" | "at">;

export interface AuditQuery {
  readonly limit: number;
  /** Only entries older than the one with this id. */
  readonly before?: number;
  readonly who?: string;
  readonly subject?: string;
}

export interface AuditLogOptions {
  readonly clock: Clock;
  readonly disk: Disk;
  /** `meta/audit` of the data folder. */
  readonly directory: string;
  /** Bytes of one file before it is rotated. Default `FILE_BYTES_MAX`. */
  readonly fileBytesMax?: number;
}

const KINDS = ["changes", "attempts"] as const;
type Kind = (typeof KINDS)[number];

const LINE_FEED = 0x0a;

/** An entry is some 500 bytes: a file holds about 8,000. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;
/** The current file and older ones: 32 MiB of changes, 8 MiB of attempts. */
const FILES_MAX: Readonly<Record<Kind, number>> = { changes: 8, attempts: 2 };

export class AuditLog {
  readonly #options: AuditLogOptions;
  readonly #writes = new Mutex();
  #lastId = 0;
  /** Files whose last line may be half there, because a write failed. */
  readonly #torn = new Set<Kind>();

  /** Looks for the highest id that was given out. */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const log = new AuditLog(options);
    for (const kind of KINDS) {
      await log.#lookForTornLine(kind);
      const [newest] = await log.#entriesOf(kind, { limit: 1 });
      log.#lastId = Math.max(log.#lastId, newest?.id ?? 0);
    }
    return log;
  }

  private constructor(options: AuditLogOptions) {
    this.#options = options;
  }

  /** Resolves when the entry is on disk. */
  write(entry: NewAuditEntry): Promise<void> {
    const kind = entry.action === "lakehose:SignIn" || entry.outcome === "refused" ? "attempts" : "changes";
    return this.#writes.run(async () => {
      const now = this.#options.clock.now();
      // Milliseconds with room for a thousand entries in each: sorted by time, and still exact as a number of JSON.
      this.#lastId = Math.max(this.#lastId + 1, now * 1_000);
      const line = JSON.stringify({ id: this.#lastId, at: new Date(now).toISOString(), ...entry });
      const bytes = Buffer.from(`${this.#torn.has(kind) ? "\n" : ""}${line}\n`);
      this.#torn.add(kind);
      await this.#append(kind, bytes);
      this.#torn.delete(kind);
    });
  }

  /** Newest first. */
  async read(query: AuditQuery): Promise<readonly AuditEntry[]> {
    const found = await Promise.all(KINDS.map((kind) => this.#entriesOf(kind, query)));
    return found
      .flat()
      .sort((a, b) => b.id - a.id)
      .slice(0, query.limit);
  }

  async #entriesOf(kind: Kind, { limit, before = Number.POSITIVE_INFINITY, who, subject }: AuditQuery) {
    const entries: AuditEntry[] = [];
    for (let age = 0; age < FILES_MAX[kind] && entries.length < limit; age++) {
      const bytes = await readFileWhole(this.#options.disk, this.#path(kind, age));
      if (bytes === undefined) break;
      const matching = parseEntries(bytes.toString("utf8")).filter(
        (entry) =>
          entry.id < before &&
          (who === undefined || entry.who === who) &&
          (subject === undefined || entry.subjects.includes(subject)),
      );
      entries.push(...matching.reverse());
    }
    return entries.slice(0, limit);
  }

  async #append(kind: Kind, line: Buffer): Promise<void> {
    const { disk, fileBytesMax = FILE_BYTES_MAX } = this.#options;
    const path = this.#path(kind, 0);
    const known = await disk.stat(path);
    if (known !== undefined && known.bytes + line.length > fileBytesMax) await this.#rotate(kind);
    const fresh = (await disk.stat(path)) === undefined;
    if (fresh) await disk.makeDirectory(dirname(path));
    const file = await disk.open(path, fresh ? "create" : "write");
    try {
      await file.write([line], await file.size());
      await file.datasync();
    } finally {
      await file.close();
    }
    if (fresh) await disk.syncDirectory(dirname(path));
  }

  async #rotate(kind: Kind): Promise<void> {
    const { disk } = this.#options;
    for (let age = FILES_MAX[kind] - 2; age >= 0; age--) {
      const from = this.#path(kind, age);
      if ((await disk.stat(from)) !== undefined) await disk.rename(from, this.#path(kind, age + 1));
    }
  }

  async #lookForTornLine(kind: Kind): Promise<void> {
    const bytes = await readFileWhole(this.#options.disk, this.#path(kind, 0));
    if (bytes !== undefined && bytes.length > 0 && bytes.at(-1) !== LINE_FEED) this.#torn.add(kind);
  }

  #path(kind: Kind, age: number): string {
    return join(this.#options.directory, `${kind}.ndjson${age === 0 ? "" : `.${age}`}`);
  }
}

function parseEntries(text: string): AuditEntry[] {
  return text.split("\n").flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as AuditEntry];
    } catch {
      return [];
    }
  });
}
