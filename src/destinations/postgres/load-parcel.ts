import { readIdentifiedRecords } from "../../model/identified-records.ts";
import type { Condition } from "../../processors/filter/condition.ts";
import type { Parcel } from "../destination.ts";
import type { Session } from "../postgres-session/session.ts";
import { SessionFailure } from "../postgres-session/session-failure.ts";
import { inSavepoint } from "../postgres-session/transaction.ts";
import {
  COPY_INTO_STAGE,
  copyIntoTable,
  createStage,
  moveAtOnce,
  moveOneByOne,
  READ_REFUSED,
} from "./load-statements.ts";
import type { Mapping } from "./mapping.ts";
import type { Refusal, Refusals } from "./receipts.ts";
import { NeedsDefaults, RowEncoder } from "./row-encoder.ts";

/**
 * Brings the records of a parcel into the table, within the transaction of the caller, in the cheapest way that works:
 *
 * 1. COPY into the table: rows are added, and each record has all that the table needs.
 * 2. COPY into a stage of texts, and one statement that casts and moves them: where rows replace others, or the table
 *    fills in defaults.
 * 3. The stage, row by row within the server: where 1 or 2 met a row that the table does not take. It alone is refused.
 */
export class ParcelLoader {
  readonly #options: ParcelLoaderOptions;
  /** Records lacked what has a default, and the next ones will: COPY into the table is not tried again. */
  #stages = false;

  constructor(options: ParcelLoaderOptions) {
    this.#options = options;
  }

  /** Resolves to what is refused; all else is in the table. */
  async load(session: Session, mapping: Mapping, parcel: Parcel): Promise<Refusals> {
    if (mapping.key === undefined && !this.#stages) {
      const refusals = await this.#intoTable(session, mapping, parcel);
      if (refusals !== undefined) return refusals;
    }
    await session.run(createStage(mapping), "Making a table for the rows of a parcel");
    const refusals = await this.#copy(session, mapping, parcel, true);
    const moved = await unlessRowsFail(() =>
      inSavepoint(session, LOADING, () => session.run(moveAtOnce(mapping), LOADING)),
    );
    if (moved === undefined) {
      await session.run(moveOneByOne(mapping), LOADING);
      const { rows } = await session.run(READ_REFUSED, LOADING);
      for (const [place, code, message, ...details] of rows) {
        refusals.set(Number(place), { code: code ?? "", message: shortened(message ?? ""), ...detailsOf(details) });
      }
    }
    return refusals;
  }

  /** `undefined` where the rows have to be staged. */
  async #intoTable(session: Session, mapping: Mapping, parcel: Parcel): Promise<Refusals | undefined> {
    try {
      return await unlessRowsFail(() =>
        inSavepoint(session, LOADING, () => this.#copy(session, mapping, parcel, false)),
      );
    } catch (error) {
      if (!(error instanceof NeedsDefaults)) throw error;
      this.#stages = true;
      return undefined;
    }
  }

  async #copy(session: Session, mapping: Mapping, parcel: Parcel, isStaged: boolean): Promise<Map<number, Refusal>> {
    const { deletes, streamUid } = this.#options;
    const encoder = new RowEncoder(mapping, { isStaged, deletes, streamUid });
    const refusals = new Map<number, Refusal>();
    const statement = isStaged ? COPY_INTO_STAGE : copyIntoTable(mapping);
    await session.copyFrom(statement, encodeRows(parcel, encoder, refusals), LOADING);
    return refusals;
  }
}

export interface ParcelLoaderOptions {
  readonly deletes: Condition | undefined;
  readonly streamUid: string;
}

const LOADING = "Loading a parcel";

/** One message of COPY. */
const CHUNK_BYTES = 64 * 1024;

async function* encodeRows(
  { body }: Parcel,
  encoder: RowEncoder,
  refusals: Map<number, Refusal>,
): AsyncGenerator<Buffer> {
  for await (const records of readIdentifiedRecords(body)) {
    for (const record of records) {
      const refusal = encoder.add(record);
      if (refusal !== undefined) refusals.set(record.index, refusal);
      if (encoder.length >= CHUNK_BYTES) yield encoder.take();
    }
  }
  yield encoder.take();
}

async function unlessRowsFail<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SessionFailure && error.isAboutRows) return undefined;
    throw error;
  }
}

/** The server quotes values, and values may be long. */
const SAID_MAX = 500;

function shortened(text: string): string {
  return text.length <= SAID_MAX ? text : `${text.slice(0, SAID_MAX)}…`;
}

function detailsOf([column, constraint, detail]: readonly (string | null)[]): Pick<Refusal, "details"> {
  const details = {
    ...(column ? { column } : {}),
    ...(constraint ? { constraint } : {}),
    ...(detail ? { detail: shortened(detail) } : {}),
  };
  return Object.keys(details).length === 0 ? {} : { details };
}
