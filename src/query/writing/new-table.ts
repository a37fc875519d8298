import { type Location, locationText, readLocation } from "../../catalog/location.ts";
import type { TableColumn, TableDefinition } from "../../catalog/table.ts";
import { type ObjectStore, ObjectStoreError } from "../../storage/object-store.ts";
import type { NewTableProperties } from "../dialect/statement.ts";
import { hiveType } from "../engine/cell-value.ts";
import type { SessionColumn } from "../engine/session.ts";
import { shapeOf } from "../engine/table-shape.ts";
import { QueryError } from "../query-error.ts";
import { writerOf } from "./table-writer.ts";
import type { RowsPlan, WriteOptions } from "./write-rows.ts";

/** The folder that a statement writes to. */
export function readFolder(text: string, what: string): Location {
  const location = readLocation(text);
  const segments = location?.prefix.split("/").slice(0, -1) ?? [];
  if (location !== undefined && segments.length > 0 && segments.every(isPlain)) return location;
  const message = `${what}: expected a location such as s3://bucket/folder/, without empty, . and .. folders, got ${JSON.stringify(text)}`;
  throw new QueryError("data", message);
}

function isPlain(segment: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  if (/[\u0000-\u001f\u007f]/.test(segment)) return false;
  return segment !== "" && segment !== "." && segment !== "..";
}

/** Files that are there already would be rows of the new table. */
export async function checkEmpty(
  { bucket, prefix }: Location,
  what: string,
  { storeFor }: Pick<WriteOptions, "storeFor">,
): Promise<void> {
  const found = await firstKey(storeFor(bucket), bucket, prefix);
  if (found === undefined) return;
  const message = `${what}: expected ${locationText({ bucket, prefix })} to be empty, there is ${found}; name another folder`;
  throw new QueryError("already-exists", message);
}

async function firstKey(store: ObjectStore, bucket: string, prefix: string): Promise<string | undefined> {
  try {
    for await (const { key } of store.list(bucket, { prefix })) return key;
  } catch (error) {
    if (!(error instanceof ObjectStoreError && error.code === "no-such-bucket")) throw error;
  }
  return undefined;
}

/** Rows that become files in a folder which nobody else has. */
export interface NewTable {
  readonly name: string;
  /** Database and name, for messages. */
  readonly label: string;
  readonly location: Location;
  readonly properties: NewTableProperties;
  /** The statement, for messages. */
  readonly what: string;
}

export function newTable(
  { name, label, location, properties, what }: NewTable,
  columns: readonly SessionColumn[],
): TableDefinition {
  const { storage, parameters, partitionedBy } = properties;
  const all = columns.map((column, index) => newColumn(column, index + 1, label, what));
  const twice = all.find((column, index) => all.findIndex((other) => other.name === column.name) < index);
  if (twice !== undefined) throw new QueryError("syntax", `${what}: two columns are called ${twice.name}`);
  const own = all.slice(0, all.length - partitionedBy.length);
  const keys = all.slice(own.length);
  if (own.length === 0 || keys.some((key, index) => key.name !== partitionedBy[index])) {
    const message = `${what}: expected the last columns of the query to be those of partitioned_by (${partitionedBy.join(", ")}), and others before them, got ${all.map((column) => column.name).join(", ")}`;
    throw new QueryError("syntax", message);
  }
  return {
    name,
    tableType: "EXTERNAL_TABLE",
    storageDescriptor: { columns: own, location: locationText(location), ...storage },
    partitionKeys: keys,
    parameters: { EXTERNAL: "TRUE", ...parameters },
  };
}

/** What an expression is called when nobody named it has signs in it. */
const COLUMN_NAME = /^[\p{L}_][\p{L}\p{N}_ -]*$/u;

function newColumn({ name, type, hasType }: SessionColumn, position: number, label: string, what: string): TableColumn {
  if (!COLUMN_NAME.test(name)) {
    throw new QueryError("syntax", `${what}: column ${position} of the query has no name; write AS name`);
  }
  if (!hasType) {
    const message = `${what}: column ${name} of ${label} has no type; write CAST(NULL AS varchar), or another type`;
    throw new QueryError("syntax", message);
  }
  return { name: name.toLowerCase(), type: hiveType(type) };
}

export function planNewTable(databaseName: string, definition: TableDefinition): RowsPlan {
  const label = `${databaseName}.${definition.name}`;
  const shape = shapeOf({ databaseName, definition });
  const writer = writerOf(definition.storageDescriptor ?? {}, definition.parameters ?? {}, label);
  const sources = [...shape.columns, ...shape.partitionKeys].map((_, index) => index);
  return { table: label, shape, writer, sources };
}
