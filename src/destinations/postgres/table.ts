import { quotedName, quotedText } from "../../std/sql-text.ts";
import { DestinationError } from "../destination-error.ts";
import type { ServerRow, Session } from "../postgres-session/session.ts";

/** A table as the server's catalog tells it. */
export interface Table {
  /** As SQL names it. */
  readonly text: string;
  /** In the table's order. */
  readonly columns: ReadonlyMap<string, TableColumn>;
  /** Columns of each unique index that holds for all rows. */
  readonly uniqueKeys: readonly (readonly string[])[];
}

export interface TableColumn {
  readonly name: string;
  /** For people: `numeric(12,2)`. */
  readonly typeText: string;
  /** For casts: without length or precision, which the column itself enforces and a cast would cut to. */
  readonly castText: string;
  readonly typeName: string;
  readonly isArray: boolean;
  /** `json` or `jsonb`: takes any JSON as it stands. */
  readonly isJson: boolean;
  readonly isRequired: boolean;
  /** The server fills it and takes nothing for it. */
  readonly isGenerated: boolean;
  /** Expression of what the server fills in where a row has nothing for it. */
  readonly defaultText: string | undefined;
}

export async function describeTable(session: Session, schema: string, name: string): Promise<Table> {
  const place = `${schema}.${name}`;
  const { rows } = await session.run(
    `SELECT c.oid, current_setting('server_encoding') FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = ${quotedText(schema)} AND c.relname = ${quotedText(name)} AND c.relkind IN ('r', 'p')`,
    `Looking for table ${place}`,
  );
  const [oid, encoding] = rows[0] ?? [];
  if (oid === undefined || oid === null) {
    throw schemaError(`The database has no table ${place}: make it, or look at schema and table of the options`);
  }
  // In others the server has no form for some texts, and says so of a whole COPY.
  if (encoding !== "UTF8") throw schemaError(`Expected a database in the encoding UTF8, got ${encoding}: make it anew`);
  const columns = await columnsOf(session, oid, place);
  const text = `${quotedName(schema)}.${quotedName(name)}`;
  return { text, columns, uniqueKeys: await uniqueKeysOf(session, oid, place) };
}

export function schemaError(message: string): DestinationError {
  return new DestinationError("schema", message, { retriable: true, logCode: "Postgres.SchemaMismatch" });
}

async function columnsOf(session: Session, oid: string, place: string): Promise<ReadonlyMap<string, TableColumn>> {
  const { rows } = await session.run(
    `SELECT a.attname, format_type(a.atttypid, a.atttypmod), format_type(a.atttypid, -1),
       (SELECT b.typname FROM pg_catalog.pg_type b WHERE b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END),
       t.typcategory = 'A', a.attnotnull, a.attgenerated <> '' OR a.attidentity = 'a',
       CASE WHEN a.attidentity = 'd'
         THEN format('nextval(%L::regclass)', pg_get_serial_sequence(a.attrelid::regclass::text, a.attname))
         ELSE pg_get_expr(d.adbin, d.adrelid) END
     FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
       LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attrelid = ${oid} AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
    `Reading the columns of ${place}`,
  );
  return new Map(rows.map(columnOf).map((column) => [column.name, column]));
}

function columnOf(row: ServerRow): TableColumn {
  const [name, typeText, castText, typeName, isArray, isRequired, isGenerated, defaultText] = row;
  return {
    name: String(name),
    typeText: String(typeText),
    castText: String(castText),
    typeName: String(typeName),
    isArray: isArray === "t",
    isJson: typeName === "json" || typeName === "jsonb",
    isRequired: isRequired === "t",
    isGenerated: isGenerated === "t",
    defaultText: isGenerated === "t" ? undefined : (defaultText ?? undefined),
  };
}

async function uniqueKeysOf(session: Session, oid: string, place: string): Promise<readonly (readonly string[])[]> {
  const { rows } = await session.run(
    `SELECT array_to_json(array(SELECT a.attname FROM unnest(i.indkey) WITH ORDINALITY AS k (attnum, place)
       JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
       WHERE k.place <= i.indnkeyatts))
     FROM pg_catalog.pg_index i
     WHERE i.indrelid = ${oid} AND i.indisunique AND i.indisvalid AND i.indimmediate
       AND i.indpred IS NULL AND i.indexprs IS NULL`,
    `Reading the unique indexes of ${place}`,
  );
  return rows.map(([columns]) => JSON.parse(String(columns)) as string[]);
}
