import { readNamedSecret } from "../../model/secret.ts";
import { parseCondition } from "../../processors/filter/parse-condition.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Attempt, DeliveryProof, Destination, DestinationOwner, Parcel } from "../destination.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import { OneSession } from "../postgres-session/one-session.ts";
import type { ServerAddress, Session } from "../postgres-session/session.ts";
import { inTransaction } from "../postgres-session/transaction.ts";
import { ParcelLoader } from "./load-parcel.ts";
import { type Mapping, mapColumns } from "./mapping.ts";
import { CONNECTION_OPTIONS, type PostgresOptions, postgresOptionsSchema } from "./postgres-options.ts";
import { Receipts, type Refusals } from "./receipts.ts";
import { describeTable } from "./table.ts";

/**
 * Rows of a table, exactly once.
 *
 * Constraints. A connection may be lost at any moment, at COMMIT too, and its transaction may live on at the server. Whether
 * a row fits is for the server alone to say, and one that does not must not hold up the others.
 *
 * Write.   One transaction for each parcel: its receipt (receipts.ts), then its rows (load-parcel.ts). So the receipt is
 *          there exactly when the rows are, and a second attempt waits at the receipt for the first one.
 *            receipt is new              -> load, commit = delivered
 *            receipt is there            -> adopted, with what was refused then
 *            conflict, deadlock, no rows
 *            because the table changed   -> undone as a whole, try again
 *          An answer to COMMIT that is lost leaves doubt, which the next attempt ends.
 *
 * Check.   The columns are compared with the table when the first parcel comes, again from time to time, and after a
 *          failure.
 *
 * Recover. Nothing to do: `deliver` asks first.
 */
export const postgresDestinationType = {
  type: "postgres",
  summary: "Rows of a PostgreSQL table, added or replaced by key, each record exactly once.",
  optionsSchema: postgresOptionsSchema,
  takes: "records",
  errorType: "postgres-failed",
  connectionOptions: CONNECTION_OPTIONS,
  guarantee: "exactly-once",
  create: (options: JsonObject, dependencies: PostgresDependencies) =>
    new PostgresDestination(postgresOptionsSchema.parse(options), dependencies),
} as const satisfies DestinationType;

export type PostgresDependencies = Pick<DestinationDependencies, "owner" | "secretOf" | "clock">;

export class PostgresDestination implements Destination {
  /** A later record may replace an earlier one; rows that are only added may come in any order. */
  readonly inOrder: boolean;
  readonly #options: PostgresOptions;
  readonly #dependencies: PostgresDependencies;
  readonly #connection: OneSession;
  readonly #receipts: Receipts;
  readonly #loader: ParcelLoader;
  #checked: { readonly mapping: Mapping; readonly atMonotonic: number } | undefined;

  constructor(options: PostgresOptions, dependencies: PostgresDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    const { schema, receipts, applicationName, statementTimeoutMs, key, delete: deletes } = options;
    const { owner, clock } = dependencies;
    this.inOrder = key !== undefined;
    this.#receipts = new Receipts({ schema, name: receipts, delivery: deliveryText(owner) });
    this.#loader = new ParcelLoader({
      deletes: deletes === undefined ? undefined : parseCondition(deletes),
      streamUid: owner.stream.uid,
    });
    this.#connection = new OneSession({
      applicationName,
      logPrefix: "Postgres",
      statementMsMax: statementTimeoutMs,
      clock,
      address: () => this.#address(),
    });
  }

  /** Asked by `deliver` in its own transaction, which also learns what was refused. */
  async find(): Promise<DeliveryProof | undefined> {
    return undefined;
  }

  async deliver(parcel: Parcel, { signal, progress, number }: Attempt): Promise<DeliveryProof> {
    const { outcome, refusals } = await this.#connection.run(signal, (session) => this.#deliver(session, parcel));
    for (const [place, refusal] of refusals) progress.refused(place, { ...refusal, attempts: number });
    for (let place = 0; place < parcel.records; place++) progress.delivered(place);
    return { outcome, etag: "", bytes: parcel.body.bytes };
  }

  async abandonUploads(): Promise<void> {
    // What a dead predecessor had not committed is undone by the server.
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  async #deliver(session: Session, parcel: Parcel): Promise<Delivered> {
    try {
      const begin = beginStatement(this.#options.statementTimeoutMs);
      return await inTransaction(session, { begin, doing: "Loading a parcel" }, async () => {
        const mapping = await this.#mapping(session);
        const before = await this.#receipts.claim(session, parcel);
        if (before !== undefined) return { outcome: "adopted", refusals: before } as const;
        const refusals = await this.#loader.load(session, mapping, parcel);
        await this.#receipts.remember(session, parcel, refusals);
        return { outcome: "delivered", refusals } as const;
      });
    } catch (error) {
      // What was learned, or made, in the transaction may be undone with it.
      this.#checked = undefined;
      throw error;
    }
  }

  async #mapping(session: Session): Promise<Mapping> {
    const { clock } = this.#dependencies;
    const atMonotonic = clock.monotonic();
    if (this.#checked !== undefined && atMonotonic - this.#checked.atMonotonic < CHECKED_FOR_MS) {
      return this.#checked.mapping;
    }
    this.#checked = undefined;
    await this.#receipts.ensureTable(session);
    const table = await describeTable(session, this.#options.schema, this.#options.table);
    const mapping = mapColumns(table, this.#options);
    this.#checked = { mapping, atMonotonic };
    return mapping;
  }

  #address(): ServerAddress {
    const { host, port, database, user, password, tls } = this.#options;
    const secret = (named: NonNullable<typeof password>) => readNamedSecret(named, this.#dependencies.secretOf);
    return {
      ...{ host, port, database, user },
      password: password === undefined ? undefined : secret(password),
      tls: tls === "off" ? "off" : { authorities: tls.authorities === undefined ? undefined : secret(tls.authorities) },
    };
  }
}

interface Delivered {
  readonly outcome: DeliveryProof["outcome"];
  readonly refusals: Refusals;
}

/**
 * How long a transaction lives whose client says nothing more. Those who try again wait for it; a living client is never
 * silent for that long.
 */
const SILENCE_MS_MAX = 15_000;

/** A table may get a column at any time. */
const CHECKED_FOR_MS = 60_000;

/**
 * Settings hold for the transaction only, so that a pooler in between hands nothing of them to others. Texts are read
 * the same whatever the role is set to; constraints that wait for COMMIT speak up while it is known which row they mean; a
 * transaction whose client is gone ends; and COMMIT is answered when it is durable.
 */
function beginStatement(statementTimeoutMs: number): string {
  return [
    "BEGIN ISOLATION LEVEL READ COMMITTED",
    "SET LOCAL standard_conforming_strings = on",
    "SET LOCAL DateStyle = 'ISO, YMD'",
    "SET LOCAL IntervalStyle = 'iso_8601'",
    "SET LOCAL TimeZone = 'UTC'",
    `SET LOCAL statement_timeout = ${statementTimeoutMs}`,
    `SET LOCAL idle_in_transaction_session_timeout = ${Math.min(statementTimeoutMs, SILENCE_MS_MAX)}`,
    "SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'",
    "SET CONSTRAINTS ALL IMMEDIATE",
  ].join("; ");
}

function deliveryText({ stream, delivery, replayId }: DestinationOwner): string {
  return [stream.uid, delivery, ...(replayId === undefined ? [] : [replayId])].join("/");
}
