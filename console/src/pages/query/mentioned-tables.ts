/** Tables whose columns are worth asking for, at most. */
const MENTIONED_MAX = 20;

interface TableName {
  readonly database: string;
  readonly name: string;
}

/** Ids (`DATABASE.TABLE`) of the tables whose names are words of the text. */
export function mentionedTables(text: string, tables: readonly TableName[]): readonly string[] {
  const words = new Set(text.toLowerCase().match(/[\w$]+/g) ?? []);
  const named = tables.filter(({ name }) => words.has(name));
  return named.slice(0, MENTIONED_MAX).map(({ database, name }) => `${database}.${name}`);
}
