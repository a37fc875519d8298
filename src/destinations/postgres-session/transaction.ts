import { DestinationError } from "../destination-error.ts";
import type { Session } from "./session.ts";
import { SessionFailure } from "./session-failure.ts";

export interface TransactionStatements {
  /** `BEGIN` and what is set for the transaction, in one text. */
  readonly begin: string;
  /** Opens the message of a failure. */
  readonly doing: string;
}

/**
 * What `work` did is there as a whole or not at all. `COMMIT` is sent only behind the last answer of `work`, so a transaction
 * of which nobody knows whether it lives has done all that it will ever do: whoever tries again meets its locks.
 */
export async function inTransaction<T>(
  session: Session,
  { begin, doing }: TransactionStatements,
  work: () => Promise<T>,
): Promise<T> {
  let result: T;
  try {
    await session.run(begin, doing);
    result = await work();
  } catch (error) {
    await rollBack(session);
    throw error;
  }
  await commit(session, doing);
  return result;
}

/** Statements that fail within it undo what they and it did, and the transaction goes on. */
export async function inSavepoint<T>(session: Session, doing: string, work: () => Promise<T>): Promise<T> {
  await session.run("SAVEPOINT lakehose", doing);
  try {
    const result = await work();
    await session.run("RELEASE SAVEPOINT lakehose", doing);
    return result;
  } catch (error) {
    if (session.isOpen) await session.run("ROLLBACK TO SAVEPOINT lakehose; RELEASE SAVEPOINT lakehose", doing);
    throw error;
  }
}

async function commit(session: Session, doing: string): Promise<void> {
  let answer: string;
  try {
    answer = (await session.run("COMMIT", doing)).command;
  } catch (error) {
    if (!(error instanceof SessionFailure) || isSurelyUndone(error)) throw error;
    const { code, message, logCode } = error;
    throw new DestinationError(code, message, { cause: error, retriable: true, logCode, isDoubtful: true });
  }
  if (answer === "COMMIT") return;
  const message = `${doing}: the server answered ${answer} to COMMIT, so it had failed the transaction before`;
  throw new DestinationError("failed", message, { retriable: true });
}

/** The server said why it does not commit; one that is shut down or loses its client may have committed all the same. */
function isSurelyUndone({ sqlState }: SessionFailure): boolean {
  return sqlState !== undefined && !["08", "57", "58", "XX"].includes(sqlState.slice(0, 2));
}

/** A session that cannot is of no use any more. */
async function rollBack(session: Session): Promise<void> {
  if (!session.isOpen) return;
  await session.run("ROLLBACK", "Undoing a transaction").catch(() => session.close());
}
