import type { JsonObject, JsonValue } from "../../std/json.ts";

/**
 * The answer to a bulk request (`POST /_bulk`):
 *
 * answer => errors: boolean, items: [item], one for each action, in order
 * item   => { create | index: { status, error?: { type, reason, caused_by? } } }
 *
 * A whole request that the cluster refuses is another matter (`cluster-client.ts`); here each document stands for itself.
 */
export type ItemOutcome =
  | { readonly kind: "done" }
  /** May be taken later: the cluster is busy, a shard is away, an index is closed to writers, access is denied. */
  | ({ readonly kind: "later" } & ItemError)
  /** Will never be taken. */
  | ({ readonly kind: "never" } & ItemError);

export interface ItemError {
  readonly status: number;
  /** As the cluster says it: JSON with type and reason. */
  readonly message: string;
}

/** Outcomes in order; `undefined` when the answer is not one to `count` actions. */
export function readBulkAnswer(text: string, count: number): readonly ItemOutcome[] | undefined {
  const answer = parsed(text);
  const items = answer?.items;
  if (!Array.isArray(items) || items.length !== count) return undefined;
  if (answer?.errors === false) return items.map(() => DONE);
  const outcomes: ItemOutcome[] = [];
  for (const item of items) {
    const outcome = outcomeOf(item);
    if (outcome === undefined) return undefined;
    outcomes.push(outcome);
  }
  return outcomes;
}

const DONE: ItemOutcome = { kind: "done" };

/**
 * A document that is there already under an id of ours is the document itself, and one of an id of the user's has come later
 * than this one: there is nothing left to do.
 */
const CONFLICT = 409;

function outcomeOf(item: JsonValue): ItemOutcome | undefined {
  const [result] = isObject(item) ? Object.values(item) : [];
  if (!isObject(result) || typeof result.status !== "number") return undefined;
  const { status, error = null } = result;
  if ((status >= 200 && status < 300) || status === CONFLICT) return DONE;
  return { kind: isPassing(status, error) ? "later" : "never", status, message: messageOf(error, status) };
}

/** Whether time, or somebody who looks after the cluster, may cure it. */
function isPassing(status: number, error: JsonValue): boolean {
  if (status >= 500 || status === 429 || status === 401 || status === 403) return true;
  return isObject(error) && error.type === "cluster_block_exception";
}

/** Old clusters say it in plain text. */
function messageOf(error: JsonValue, status: number): string {
  if (error === null) return `status ${status}`;
  return typeof error === "string" ? error : JSON.stringify(error);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
