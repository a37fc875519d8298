import assert from "node:assert/strict";

/** Runs a statement over the admin API; rejects where it did not succeed. */
export async function runSql(url: string, sql: string, database = "default"): Promise<void> {
  const started = await fetch(`${url}/api/queries`, { method: "POST", body: JSON.stringify({ sql, database }) });
  const { id } = (await started.json()) as { id: string };
  const ended = await fetch(`${url}/api/queries/${id}?waitMs=30000`);
  const { state, failure } = (await ended.json()) as { state: string; failure?: { message: string } };
  assert.equal(state, "succeeded", `${sql}: ${failure?.message}`);
}
