import type { Connection } from "./connection.ts";

/** Asks until everything accepted before the first question has landed: the server answers each after a minute at most. */
export async function flushStream(connection: Connection, stream: string, signal: AbortSignal): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await connection.admin("POST", `/api/streams/${encodeURIComponent(stream)}/flush`);
    if (typeof answer === "object" && answer !== null && !Array.isArray(answer) && answer.flushed === true) return;
  }
}
