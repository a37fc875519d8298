/** A name as PostgreSQL reads it, whatever letters it has. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as PostgreSQL reads it: sessions have `standard_conforming_strings` on, so that a backslash is itself. */
export function quotedText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
