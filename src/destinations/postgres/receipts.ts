import { quotedName, quotedText } from "../../std/sql-text.ts";
import type { Parcel } from "../destination.ts";
import type { RecordRefusal } from "../parcel-progress.ts";
import type { Session } from "../postgres-session/session.ts";

/**
 * Which parcels are in the database: a row for each, written first in the transaction that loads it. Who tries the same parcel
 * while an earlier transaction is still alive, its client long gone, waits for that one at the unique index, and knows then.
 *
 * A row also says which records were refused: an answer to COMMIT may be lost, and the refusals with it. Rows go once
 * the delivery has receipts of its own for them.
 */
export class Receipts {
  readonly #table: string;
  readonly #delivery: string;
  readonly #place: { readonly schema: string; readonly name: string };

  constructor({ schema, name, delivery }: ReceiptsOptions) {
    this.#place = { schema, name };
    this.#table = `${quotedName(schema)}.${quotedName(name)}`;
    this.#delivery = quotedText(delivery);
  }

  async ensureTable(session: Session): Promise<void> {
    const { schema, name } = this.#place;
    const { rows } = await session.run(
      `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
       WHERE n.nspname = ${quotedText(schema)} AND c.relname = ${quotedText(name)}`,
      "Looking for the table of receipts",
    );
    if (rows.length > 0) return;
    await session.run(
      `CREATE TABLE IF NOT EXISTS ${this.#table} (delivery text NOT NULL, parcel_id uuid PRIMARY KEY,
         ordinal bigint NOT NULL, at timestamptz NOT NULL DEFAULT now(), refused json);
       CREATE INDEX IF NOT EXISTS ${quotedName(`${name.slice(0, NAME_MAX)}_delivery`)} ON ${this.#table} (delivery, ordinal)`,
      `Making the table of receipts ${schema}.${name}`,
    );
  }

  /** Claims the parcel for this transaction, or says what an earlier one did of it. */
  async claim(session: Session, { id, ordinal, settledBelow }: Parcel): Promise<Refusals | undefined> {
    const doing = "Claiming a parcel";
    const { rowCount } = await session.run(
      `DELETE FROM ${this.#table} WHERE delivery = ${this.#delivery} AND ordinal < ${settledBelow};
       INSERT INTO ${this.#table} (delivery, parcel_id, ordinal) VALUES (${this.#delivery}, ${quotedText(id)}, ${ordinal})
       ON CONFLICT (parcel_id) DO NOTHING`,
      doing,
    );
    if (rowCount === 1) return undefined;
    const where = `WHERE parcel_id = ${quotedText(id)}`;
    const { rows } = await session.run(`SELECT refused FROM ${this.#table} ${where}`, doing);
    return unpack(rows[0]?.[0] ?? "[]");
  }

  async remember(session: Session, { id }: Parcel, refusals: Refusals): Promise<void> {
    if (refusals.size === 0) return;
    await session.run(
      `UPDATE ${this.#table} SET refused = ${quotedText(pack(refusals))} WHERE parcel_id = ${quotedText(id)}`,
      "Writing down which records are refused",
    );
  }
}

export interface ReceiptsOptions {
  readonly schema: string;
  readonly name: string;
  /** Who the parcels belong to: rows of others are left alone. */
  readonly delivery: string;
}

/** By place in the parcel. */
export type Refusals = ReadonlyMap<number, Refusal>;
export type Refusal = Pick<RecordRefusal, "code" | "message" | "details">;

/** Of 63 bytes of a name, with room for what is put behind it. */
const NAME_MAX = 50;

/** Many records are refused for the same reason: it is written once, with their places. */
function pack(refusals: Refusals): string {
  const groups = new Map<string, number[]>();
  for (const [place, refusal] of refusals) {
    const reason = JSON.stringify(refusal);
    const places = groups.get(reason);
    if (places === undefined) groups.set(reason, [place]);
    else places.push(place);
  }
  return `[${Array.from(groups, ([reason, places]) => `[${reason},${JSON.stringify(places)}]`).join(",")}]`;
}

function unpack(text: string): Refusals {
  const groups = JSON.parse(text) as readonly (readonly [Refusal, readonly number[]])[];
  return new Map(groups.flatMap(([refusal, places]) => places.map((place) => [place, refusal] as const)));
}
