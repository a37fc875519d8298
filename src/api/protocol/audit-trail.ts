import type { AuditLog, NewAuditEntry } from "../../access/audit-log.ts";
import { differenceOf, summaryOf } from "../../access/audit-summary.ts";
import { reasonOf } from "../../model/errors.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Caller } from "./caller.ts";
import type { HttpRequest } from "./http.ts";
import { WireError } from "./wire-error.ts";

export interface AuditTrailOptions {
  readonly log: Pick<AuditLog, "write">;
  /** What a subject is at this moment; `undefined` where there is none, or nobody can say. */
  readonly describe: (subject: string) => JsonObject | undefined;
  readonly telemetry: Telemetry;
}

/** Batches name many; more than these say nothing new. */
const SUBJECTS_MAX = 20;

/** Writes down changes on their way through the wires. A disk that takes no entry does not keep the change from being made. */
export class AuditTrail {
  readonly #options: AuditTrailOptions;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
  }

  begin(request: Pick<HttpRequest, "id" | "address">, caller: Caller, action: string): AuditedChange {
    const { principal: who, proof, role } = caller;
    const about = { who, proof, ...(role && { role }), from: request.address, action, requestId: request.id };
    return new AuditedChange(about, this.#options.describe, (entry) => this.write(entry));
  }

  async write(entry: NewAuditEntry): Promise<void> {
    try {
      await this.#options.log.write(entry);
    } catch (error) {
      this.#options.telemetry.emit("access.auditFailed", { action: entry.action, reason: reasonOf(error) });
    }
  }
}

type About = Omit<NewAuditEntry, "subjects" | "outcome">;

/** One change that is under way. */
export class AuditedChange {
  readonly #about: About;
  readonly #describe: AuditTrailOptions["describe"];
  readonly #write: (entry: NewAuditEntry) => Promise<void>;
  readonly #before = new Map<string, JsonObject | undefined>();
  #request: JsonObject | undefined;

  constructor(about: About, describe: AuditTrailOptions["describe"], write: (entry: NewAuditEntry) => Promise<void>) {
    this.#about = about;
    this.#describe = describe;
    this.#write = write;
  }

  /** What will be changed, told before it is: the subject is looked at now and again at the end. */
  concerns(subject: string): void {
    if (this.#before.size < SUBJECTS_MAX) this.#before.set(subject, this.#look(subject));
  }

  /** What was asked for; told where no subject says what it was and is. */
  asks(request: JsonObject): void {
    this.#request = request;
  }

  done(): Promise<void> {
    return this.#write({ ...this.#about, subjects: [...this.#before.keys()], outcome: "done", ...this.#change() });
  }

  failed(error: unknown): Promise<void> {
    const refused = error instanceof WireError && error.code === "AccessDeniedException";
    const outcome = refused ? "refused" : "failed";
    const reason = error instanceof WireError ? `${error.code}: ${error.message}` : reasonOf(error);
    const about = {
      ...this.#about,
      subjects: [...this.#before.keys()],
      outcome,
      reason: reason.slice(0, 500),
    } as const;
    return this.#write({ ...about, ...this.#asked() });
  }

  #change(): Pick<NewAuditEntry, "before" | "after" | "request"> {
    const [[subject, before] = ["", undefined]] = this.#before;
    const after = this.#look(subject);
    if (before !== undefined && after !== undefined) return differenceOf(before, after);
    if (before !== undefined) return { before: summaryOf(before) };
    if (after !== undefined) return { after: summaryOf(after) };
    return this.#asked();
  }

  #asked(): Pick<NewAuditEntry, "request"> {
    return this.#request === undefined ? {} : { request: summaryOf(this.#request) as JsonObject };
  }

  /** Looking is for the log alone: what cannot be looked at is changed all the same. */
  #look(subject: string): JsonObject | undefined {
    try {
      return this.#describe(subject);
    } catch {
      return undefined;
    }
  }
}
