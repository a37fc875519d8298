import { createHash } from "node:crypto";
import type { Catalog } from "../catalog.ts";
import { CatalogError } from "../catalog-error.ts";
import { NAME_LENGTH_MAX } from "../catalog-limits.ts";
import { locationText } from "../location.ts";
import type { Partitions } from "../partition.ts";
import type { Table, TableDefinition } from "../table.ts";
import { changedTable } from "./changed-table.ts";
import { NO_PARTITIONS, type TableChange, type TableReport } from "./crawl-report.ts";
import { followPartitions } from "./follow-partitions.ts";
import type { FoundTable } from "./found-table.ts";
import type { ChangePolicy } from "./schema-change.ts";
import { DEPRECATED_BY, tableDefinition, tableParameters, UPDATED_BY } from "./table-definition.ts";

export interface FollowOptions {
  readonly catalog: Catalog;
  readonly partitions: Partitions;
  readonly crawler: string;
  readonly database: string;
  readonly tablePrefix: string;
  readonly policy: ChangePolicy;
  /** Sure that no object is left there. */
  readonly isGone: (location: string) => boolean;
  readonly now: number;
}

/** Makes a table of what was found, or brings the one that is there up to it. What the catalog refuses ends nothing. */
export async function followTable(found: FoundTable, options: FollowOptions): Promise<TableReport> {
  const { catalog, database } = options;
  const present = tableAt(catalog, database, locationText(found));
  const name = present?.definition.name ?? newName(found, options);
  const { classification = "", compressionType = "" } = tableParameters(found.form, found.compression);
  const about = {
    database,
    name,
    location: locationText(found),
    format: classification,
    compression: compressionType,
    columns: found.columns.length,
  };
  try {
    const { change, table } = await applyTable(name, found, present, options);
    const columns = table.storageDescriptor?.columns?.length ?? 0;
    const keys = (table.partitionKeys ?? []).map((key) => key.name.toLowerCase());
    if (keys.join("/") !== found.keys.join("/")) {
      const message = `Its partition keys are ${keys.join("/") || "none"}, its folders have ${found.keys.join("/") || "none"}: no partition was touched. Delete the table to have it made anew`;
      return { ...about, change, columns, partitions: NO_PARTITIONS, warnings: [...found.warnings, message] };
    }
    const partitions =
      keys.length === 0
        ? NO_PARTITIONS
        : await followPartitions(options.partitions, { ...options, ...about, table: name, found: found.partitions });
    return { ...about, change, columns, partitions, warnings: found.warnings };
  } catch (error) {
    if (!(error instanceof CatalogError)) throw error;
    return { ...about, change: "failed", partitions: NO_PARTITIONS, warnings: [...found.warnings, error.message] };
  }
}

async function applyTable(
  name: string,
  found: FoundTable,
  present: Table | undefined,
  { catalog, database, crawler, policy }: FollowOptions,
): Promise<{ readonly change: TableChange; readonly table: TableDefinition }> {
  if (present === undefined) {
    const table = tableDefinition(name, found, crawler);
    await catalog.createTable(database, table);
    return { change: "created", table };
  }
  const table = changedTable(present.definition, found);
  if (table === present.definition) return { change: "unchanged", table };
  if (policy.update === "log") return { change: "differs", table: present.definition };
  await catalog.updateTable(database, table, { expectedVersion: present.versionId });
  return { change: "updated", table };
}

/** Tables that this crawler made, and of whose location no object is left. */
export async function letGoOfTables(options: FollowOptions): Promise<readonly TableReport[]> {
  const { catalog, database, crawler, policy, now, isGone } = options;
  const reports: TableReport[] = [];
  for (const { definition, versionId } of catalog.tables(database)) {
    const { parameters = {}, storageDescriptor: { location, columns = [] } = {} } = definition;
    if (parameters[UPDATED_BY] !== crawler || location === undefined || !isGone(location)) continue;
    let change: TableChange = "missing";
    if (policy.delete === "delete") {
      await catalog.deleteTable(database, definition.name);
      change = "deleted";
    } else if (policy.delete === "deprecate") {
      change = "unchanged";
      if (parameters[DEPRECATED_BY] === undefined) {
        const deprecated = { ...definition, parameters: { ...parameters, [DEPRECATED_BY]: String(now) } };
        await catalog.updateTable(database, deprecated, { expectedVersion: versionId });
        change = "deprecated";
      }
    }
    const { classification: format = "", compressionType: compression = "" } = parameters;
    const about = { database, name: definition.name, location, change, format, compression };
    reports.push({ ...about, columns: columns.length, partitions: NO_PARTITIONS, warnings: ["No files are left"] });
  }
  return reports;
}

function tableAt(catalog: Catalog, database: string, location: string): Table | undefined {
  const wanted = withoutScheme(location);
  return catalog.tables(database).find(({ definition }) => {
    const at = definition.storageDescriptor?.location;
    return at !== undefined && withoutScheme(at) === wanted;
  });
}

/** `s3a://` and `s3n://` are how Hadoop says it. */
function withoutScheme(location: string): string {
  return location.replace(/^s3[an]?:\/\//, "").replace(/\/+$/, "");
}

/** Of the folder, or of the bucket; with the hash of its location where another table has that name. */
function newName({ bucket, prefix }: FoundTable, { catalog, database, tablePrefix }: FollowOptions): string {
  const folder = prefix.split("/").at(-2) ?? bucket;
  const wanted = `${tablePrefix}${folder}`.toLowerCase().replace(/[^\p{L}\p{N}_]/gu, "_");
  const hash = createHash("sha256").update(locationText({ bucket, prefix })).digest("hex").slice(0, 8);
  const name = wanted.slice(0, NAME_LENGTH_MAX - hash.length - 1);
  return catalog.table(database, name) === undefined ? name : `${name}_${hash}`;
}
