/** What somebody may do in the admin API. Each role may do all that those before it may. */
export const ROLES = ["viewer", "operator", "admin"] as const;

/**
 * `viewer` looks; `operator` makes what is defined run (flush, redrive, replay, queries, runs of jobs); `admin` also changes
 * and deletes what is defined, and reads the audit log.
 */
export type Role = (typeof ROLES)[number];

/** Whether who has one role may do what asks for another. */
export function covers(has: Role, needed: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needed);
}
