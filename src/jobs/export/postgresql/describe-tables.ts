import { quotedText } from "../../../std/sql-text.ts";
import { ExportError } from "../export-error.ts";
import type { ExportOptions } from "../export-options.ts";
import type { SourceType } from "./column-mapping.ts";
import type { RowSource } from "./session.ts";

/** A table of the source as its catalog tells it. */
export interface SourceTable {
  readonly schema: string;
  readonly name: string;
  /** In the table's order. */
  readonly columns: readonly SourceColumn[];
  /** In the order of the primary key's index; empty where there is none that all rows are in. */
  readonly key: readonly KeyColumn[];
}

export interface SourceColumn {
  readonly name: string;
  readonly type: SourceType;
  /** The type as SQL writes it, for casts. */
  readonly typeText: string;
  readonly comment: string | undefined;
}

export interface KeyColumn {
  readonly name: string;
  readonly typeText: string;
}

/** A table, and what `tables` of the options says of it. */
export interface WantedTable {
  readonly schema: string;
  readonly name: string;
}

/** The tables that the options name, each once, by schema and name. Names that are not there are refused. */
export async function findTables(
  session: RowSource,
  { tables, schemas }: Pick<ExportOptions, "tables" | "schemas">,
): Promise<readonly WantedTable[]> {
  const wanted = new Map<string, WantedTable>();
  for (const { schema, name } of tables) {
    const key = JSON.stringify([schema, name]);
    if (wanted.has(key)) throw new ExportError("invalid", `Table ${schema}.${name} stands twice under tables`);
    wanted.set(key, { schema, name });
  }
  for (const { name: schema, include, exclude } of schemas) {
    const names = await tablesOf(session, schema);
    const chosen = names.filter((name) => include.some(matches(name)) && !exclude.some(matches(name)));
    if (chosen.length === 0) {
      const message = `Schema ${schema} has ${names.length} tables, and include and exclude leave none of them`;
      throw new ExportError("not-found", message);
    }
    for (const name of chosen) wanted.set(JSON.stringify([schema, name]), { schema, name });
  }
  return [...wanted.values()].sort((a, b) => (`${a.schema}\0${a.name}` < `${b.schema}\0${b.name}` ? -1 : 1));
}

/** Whether a name is what a pattern describes; `*` stands for any characters, all others for themselves. */
function matches(name: string): (pattern: string) => boolean {
  return (pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`, "su").test(name);
  };
}

/** Partitions are read through the table that they are parts of. */
async function tablesOf(session: RowSource, schema: string): Promise<readonly string[]> {
  const rows = await session.rows(
    `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ${quotedText(schema)} AND c.relkind IN ('r', 'p') AND NOT c.relispartition`,
    `Listing the tables of schema ${schema}`,
  );
  return rows.map(([name]) => String(name));
}

export async function describeTable(session: RowSource, { schema, name }: WantedTable): Promise<SourceTable> {
  const place = `${schema}.${name}`;
  const [found] = await session.rows(
    `SELECT c.oid, c.relkind = 'p' OR (c.relkind = 'r' AND NOT c.relhassubclass)
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ${quotedText(schema)} AND c.relname = ${quotedText(name)}
       AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    `Looking for table ${place}`,
  );
  if (found === undefined) {
    throw new ExportError("not-found", `The source has no table ${place}: look at the names under tables`);
  }
  const [oid, keyed] = found;
  const columns = await columnsOf(session, String(oid), place);
  if (columns.length === 0) throw new ExportError("invalid", `Table ${place} has no columns: leave it out`);
  // The primary key of a table does not hold for the tables that inherit from it, whose rows are read with it.
  const key = keyed === "t" ? await keyOf(session, String(oid), place) : [];
  return { schema, name, columns, key };
}

async function columnsOf(session: RowSource, oid: string, place: string): Promise<readonly SourceColumn[]> {
  const rows = await session.rows(
    `WITH RECURSIVE resolved AS (
       SELECT a.attnum, a.attname, format_type(a.atttypid, a.atttypmod) AS type_text,
         a.atttypid AS typid, a.atttypmod AS modifier
       FROM pg_attribute a WHERE a.attrelid = ${oid} AND a.attnum > 0 AND NOT a.attisdropped
       UNION ALL
       SELECT r.attnum, r.attname, r.type_text, t.typbasetype, t.typtypmod
       FROM resolved r JOIN pg_type t ON t.oid = r.typid WHERE t.typtype = 'd'
     )
     SELECT r.attname, r.type_text, t.typname, t.typnamespace = 'pg_catalog'::regnamespace, t.typtype, t.typcategory,
       r.modifier, col_description(${oid}, r.attnum)
     FROM resolved r JOIN pg_type t ON t.oid = r.typid WHERE t.typtype <> 'd' ORDER BY r.attnum`,
    `Reading the columns of ${place}`,
  );
  return rows.map(([name, typeText, type, builtIn, kind, category, modifier, comment]) => ({
    name: String(name),
    typeText: String(typeText),
    type: {
      name: String(type),
      builtIn: builtIn === "t",
      kind: String(kind),
      category: String(category),
      modifier: Number(modifier),
    },
    comment: comment ?? undefined,
  }));
}

async function keyOf(session: RowSource, oid: string, place: string): Promise<readonly KeyColumn[]> {
  const rows = await session.rows(
    `SELECT a.attname, format_type(a.atttypid, a.atttypmod)
     FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
       JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
     WHERE i.indrelid = ${oid} AND i.indisprimary AND i.indisvalid AND k.place <= i.indnkeyatts ORDER BY k.place`,
    `Reading the primary key of ${place}`,
  );
  return rows.map(([name, typeText]) => ({ name: String(name), typeText: String(typeText) }));
}
