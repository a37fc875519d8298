import type { Partitions } from "../../catalog/partition.ts";
import type { Table } from "../../catalog/table.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import { listFiles, parseLocation } from "./location.ts";

/** `year=2019/day=02/`, with the signs that Hive escapes in names of folders as percent codes. */
export function partitionFolder(keys: readonly string[], values: readonly string[]): string {
  return keys.map((key, index) => `${escapeName(key)}=${escapeName(values[index] ?? "")}/`).join("");
}

function escapeName(text: string): string {
  return text.replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: Hive escapes them too.
    /[\u0000-\u001f"#%'*/:=?\\\u007f{[\]^]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

export interface RepairContext {
  readonly partitions: Partitions;
  readonly storeFor: (bucket: string) => ObjectStore;
  readonly signal: AbortSignal;
}

/** Partitions made in one change of the catalog. */
const CREATED_AT_ONCE = 100;

/** MSCK REPAIR TABLE: folders `key=value/` that hold files and that the catalog does not know become partitions. */
export async function repairTable(
  table: Table,
  keys: readonly string[],
  { partitions, storeFor, signal }: RepairContext,
): Promise<{ readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] }> {
  const { databaseName, definition } = table;
  const location = parseLocation(definition.storageDescriptor?.location, `${databaseName}.${definition.name}`);
  const found = new Map<string, { readonly values: readonly string[]; readonly folder: string }>();
  for await (const { object } of listFiles(storeFor, location, signal)) {
    const folders = object.key.slice(location.prefix.length).split("/").slice(0, keys.length);
    const values = folders.map((folder, index) => valueInFolder(folder, keys[index] ?? ""));
    if (values.length === keys.length && values.every((value) => value !== undefined)) {
      found.set(JSON.stringify(values), { values, folder: `${folders.join("/")}/` });
    }
  }
  const root = `s3://${location.bucket}/${location.prefix}`;
  const wanted = [...found.values()].map(({ values, folder }) => ({
    values,
    storageDescriptor: { ...definition.storageDescriptor, location: `${root}${folder}` },
  }));
  const rows: string[][] = [];
  for (let at = 0; at < wanted.length; at += CREATED_AT_ONCE) {
    const some = wanted.slice(at, at + CREATED_AT_ONCE);
    const became = await partitions.createPartitions(databaseName, definition.name, some);
    for (const [index, { values }] of some.entries()) {
      if (became[index] === "created") rows.push([`Added partition ${partitionFolder(keys, values).slice(0, -1)}`]);
    }
  }
  return { columns: ["result"], rows };
}

/** What stands behind `key=`; keys compare without letter case. */
function valueInFolder(folder: string, key: string): string | undefined {
  const at = folder.indexOf("=");
  if (at === -1 || folder.slice(0, at).toLowerCase() !== key) return undefined;
  const value = folder.slice(at + 1);
  return value.replace(/%([0-9a-fA-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
