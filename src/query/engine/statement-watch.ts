import { reasonOf } from "../../model/errors.ts";
import type { Clock } from "../../std/clock.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import { QueryError } from "../query-error.ts";
import { NOTHING_READ, type QueryStatistics } from "../query-statistics.ts";

/** Tells of one statement what telemetry wants to know: each has one end, and those that had their turn a start. */
export class StatementWatch {
  readonly #clock: Clock;
  readonly #telemetry: Telemetry;
  readonly #database: string;
  readonly #submittedAt: number;
  #statement = "unread";
  #startedAt: number | undefined;

  constructor({ clock, telemetry }: { readonly clock: Clock; readonly telemetry: Telemetry }, database: string) {
    this.#clock = clock;
    this.#telemetry = telemetry;
    this.#database = database;
    this.#submittedAt = clock.monotonic();
  }

  /** What it is; before, and for those that nobody could read, `unread`. */
  read(statement: string): void {
    this.#statement = statement;
  }

  started(): void {
    this.#startedAt = this.#clock.monotonic();
    this.#telemetry.emit("query.started", {
      database: this.#database,
      statement: this.#statement,
      waitedMs: this.#startedAt - this.#submittedAt,
    });
  }

  succeeded(statistics: QueryStatistics): void {
    this.#ended({ state: "succeeded", code: "", message: "" }, statistics);
  }

  failed(error: unknown): void {
    const code = error instanceof QueryError ? error.code : "internal";
    const state = code === "cancelled" ? "cancelled" : "failed";
    this.#ended({ state, code, message: reasonOf(error) }, NOTHING_READ);
  }

  #ended(
    end: { readonly state: "succeeded" | "failed" | "cancelled"; readonly code: string; readonly message: string },
    { rows, files, scannedBytes }: QueryStatistics,
  ): void {
    const durationMs = this.#startedAt === undefined ? 0 : this.#clock.monotonic() - this.#startedAt;
    const named = { database: this.#database, statement: this.#statement };
    this.#telemetry.emit("query.ended", { ...named, ...end, durationMs, rows, files, scannedBytes });
  }
}
