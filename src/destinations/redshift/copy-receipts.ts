import { quotedText } from "../../std/sql-text.ts";
import type { DestinationOwner, Parcel } from "../destination.ts";
import type { Session } from "../postgres-session/session.ts";
import { SessionFailure } from "../postgres-session/session-failure.ts";

/**
 * Which parcels the cluster has loaded: COPY leaves no trace that one could ask for, so each transaction writes a row.
 *
 * Redshift does not enforce keys, so nothing would keep two attempts at a parcel apart. The table is locked instead, before it
 * is asked: who comes second waits until the first transaction has ended, and sees its row. A table for each stream, or the
 * streams of a cluster would wait for each other's COPY.
 */
export class CopyReceipts {
  readonly #table: string;
  readonly #delivery: string;
  #isThere = false;

  constructor({ stream, delivery, replayId }: DestinationOwner) {
    this.#table = `lakehose_parcels_${stream.uid
      .toLowerCase()
      .replaceAll(/[^a-z0-9]/g, "")
      .slice(0, 16)}`;
    this.#delivery = quotedText([delivery, ...(replayId === undefined ? [] : [replayId])].join("/"));
  }

  /** Outside of transactions, since a statement that fails would end one. */
  async ensureTable(session: Session): Promise<void> {
    if (this.#isThere) return;
    const doing = `Looking for the table of receipts ${this.#table}`;
    try {
      await session.run(`SELECT 1 FROM ${this.#table} LIMIT 0`, doing);
    } catch (error) {
      if (!(error instanceof SessionFailure && error.sqlState === NO_SUCH_TABLE)) throw error;
      await session.run(
        `CREATE TABLE IF NOT EXISTS ${this.#table} (delivery varchar(256) NOT NULL, parcel_id char(36) NOT NULL, ordinal bigint NOT NULL)`,
        `Making the table of receipts ${this.#table}, which the user needs the right to do once`,
      );
    }
    this.#isThere = true;
  }

  /** Waits for whoever loads for this stream; then says whether the parcel is there. */
  async isLoaded(session: Session, { id }: Parcel): Promise<boolean> {
    const doing = "Looking for a parcel's receipt";
    await session.run(`LOCK ${this.#table}`, doing);
    const { rows } = await session.run(`SELECT 1 FROM ${this.#table} WHERE parcel_id = ${quotedText(id)}`, doing);
    return rows.length > 0;
  }

  async write(session: Session, { id, ordinal, settledBelow }: Parcel): Promise<void> {
    const doing = "Writing a parcel's receipt";
    const own = `delivery = ${this.#delivery}`;
    await session.run(`DELETE FROM ${this.#table} WHERE ${own} AND ordinal < ${settledBelow}`, doing);
    await session.run(`INSERT INTO ${this.#table} VALUES (${this.#delivery}, ${quotedText(id)}, ${ordinal})`, doing);
  }

  /** Asked for again: somebody may have dropped it. */
  forget(): void {
    this.#isThere = false;
  }
}

/** SQLSTATE `undefined_table`. */
const NO_SUCH_TABLE = "42P01";
