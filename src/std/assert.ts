/** A broken assumption of ours, never a fault of the world: it stops what is running and must not be caught and retried. */
export class InvariantError extends Error {
  override readonly name = "InvariantError";
}

/** Throws an `InvariantError` unless `condition` holds. State the invariant positively, one condition a call. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantError(`Broken invariant: ${message}`);
}
