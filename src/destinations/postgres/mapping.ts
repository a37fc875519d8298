import { type FieldPath, parseFieldPath } from "../../model/fields/field-path.ts";
import type { ColumnSource, PostgresOptions, RECORD_PARTS } from "./postgres-options.ts";
import { schemaError, type Table, type TableColumn } from "./table.ts";

/** What goes into which columns, checked against the table. */
export interface Mapping {
  readonly table: Table;
  readonly columns: readonly MappedColumn[];
  readonly key: readonly string[] | undefined;
}

export interface MappedColumn extends TableColumn {
  /** Among those that are mapped. */
  readonly place: number;
  readonly source: MappedSource;
}

export type RecordPart = (typeof RECORD_PARTS)[number];

export type MappedSource =
  | { readonly kind: "path"; readonly path: FieldPath }
  | { readonly kind: "part"; readonly part: RecordPart };

/** Throws an error that says what does not fit, and what to do. */
export function mapColumns(table: Table, options: Pick<PostgresOptions, "columns" | "key">): Mapping {
  const columns = options.columns === undefined ? byName(table) : asWritten(table, options.columns);
  checkRequired(table, columns, options.columns !== undefined);
  checkKey(table, columns, options.key);
  return { table, columns, key: options.key };
}

function byName(table: Table): readonly MappedColumn[] {
  const columns = [...table.columns.values()].filter(({ isGenerated }) => !isGenerated);
  if (columns.length === 0) throw schemaError(`Table ${table.text} has no column that a record could go into: add one`);
  return columns.map((column, place) => ({ ...column, place, source: member(column.name) }));
}

/** A path of one step, whatever the name has in it. */
function member(name: string): MappedSource {
  return { kind: "path", path: parseFieldPath(JSON.stringify(name)) };
}

function asWritten(table: Table, wanted: Readonly<Record<string, ColumnSource>>): readonly MappedColumn[] {
  return Object.entries(wanted).map(([name, source], place) => {
    const column = table.columns.get(name);
    if (column === undefined) {
      const names = [...table.columns.keys()].join(", ");
      throw schemaError(
        `Table ${table.text} has no column "${name}", only ${names}: add it, or take it out of the option columns`,
      );
    }
    if (column.isGenerated) {
      throw schemaError(`The server itself fills column "${name}" of ${table.text}: take it out of the option columns`);
    }
    if (typeof source === "string") return { ...column, place, source: { kind: "path", path: parseFieldPath(source) } };
    checkPart(table, column, source.from);
    return { ...column, place, source: { kind: "part", part: source.from } };
  });
}

/** Types that a part of a record has a form for; those of fields are for the server to convert. */
const PART_TYPES: Readonly<Record<RecordPart, readonly string[]>> = {
  record: ["json", "jsonb", "text", "varchar", "bytea"],
  arrival: ["timestamptz", "timestamp", "date", "text", "varchar"],
  stream: ["uuid", "text", "varchar"],
  offset: ["int8", "numeric", "text", "varchar"],
  piece: ["int4", "int8", "numeric", "text", "varchar"],
};

function checkPart(table: Table, { name, typeName, typeText }: TableColumn, part: RecordPart): void {
  if (PART_TYPES[part].includes(typeName)) return;
  const expected = PART_TYPES[part].join(", ");
  throw schemaError(
    `Column "${name}" of ${table.text} takes the ${part} of a record and has the type ${typeText}: expected one of ${expected}`,
  );
}

function checkRequired(table: Table, columns: readonly MappedColumn[], isWritten: boolean): void {
  if (!isWritten) return;
  const taken = new Set(columns.map(({ name }) => name));
  for (const { name, isRequired, isGenerated, defaultText } of table.columns.values()) {
    if (!isRequired || isGenerated || defaultText !== undefined || taken.has(name)) continue;
    throw schemaError(
      `Column "${name}" of ${table.text} is NOT NULL, has no default, and nothing goes into it: name it in the option columns, or give it a default`,
    );
  }
}

function checkKey(table: Table, columns: readonly MappedColumn[], key: readonly string[] | undefined): void {
  if (key === undefined) return;
  const absent = key.find((name) => !columns.some((column) => column.name === name));
  if (absent !== undefined) {
    throw schemaError(`Nothing goes into column "${absent}" of ${table.text}, which is part of the option key: map it`);
  }
  const wanted = key.toSorted().join("\0");
  if (table.uniqueKeys.some((unique) => unique.toSorted().join("\0") === wanted)) return;
  throw schemaError(
    `Table ${table.text} has no unique index over exactly (${key.join(", ")}), the option key: make one, without a condition`,
  );
}
