const ROWS = 50;

/** The first rows of a table, or of one of its files. The partition of the file keeps the others from being read. */
export function previewSql(
  table: { readonly database: string; readonly name: string },
  file?: { readonly location: string; readonly partition: Readonly<Record<string, string>> },
): string {
  const from = `SELECT * FROM ${quoted(table.database)}.${quoted(table.name)}`;
  if (file === undefined) return `${from} LIMIT ${ROWS}`;
  const keys = Object.entries(file.partition).map(([key, value]) => `CAST(${quoted(key)} AS varchar) = ${text(value)}`);
  return `${from} WHERE ${[`"$path" = ${text(file.location)}`, ...keys].join(" AND ")} LIMIT ${ROWS}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
