import { tokenize } from "./token.ts";

/** What statements begin with that show something and leave everything as it is. */
const READING: ReadonlySet<string> = new Set([
  "desc",
  "describe",
  "explain",
  "select",
  "show",
  "table",
  "values",
  "with",
]);

/**
 * Whether a statement only reads, as far as its first word tells: enough to say who may run it, and cheaper than the parser.
 * What nobody can read does not run either, and counts as a change; so does EXECUTE, whose statement is elsewhere.
 */
export function onlyReads(sql: string): boolean {
  try {
    const first = tokenize(sql, "trino").find(({ kind, value }) => kind !== "sign" || value !== "(");
    return first?.kind === "word" && READING.has(first.value.toLowerCase());
  } catch {
    return false;
  }
}
