/** What a crawl does to tables and partitions that are there (Glue's SchemaChangePolicy). */
export interface ChangePolicy {
  /** `log`: leave what is there as it is, and say in the report that it differs. */
  readonly update: "update" | "log";
  /** With those whose files are gone. `deprecate` marks them with a parameter. */
  readonly delete: "deprecate" | "log" | "delete";
}

/** Glue's own defaults. */
export const CHANGE_POLICY_DEFAULT: ChangePolicy = { update: "update", delete: "deprecate" };
