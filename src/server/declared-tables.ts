import type { Catalog } from "../catalog/catalog.ts";
import type { StorageDescriptor, TableDefinition } from "../catalog/table.ts";
import { reasonOf } from "../model/errors.ts";
import { FORMATS, HIVE_JSON_SERDE, TEXT_FORMAT } from "../query/dialect/table-format.ts";
import type { CatalogSection } from "./configuration/catalog-section.ts";
import { ConfigurationError } from "./configuration/configuration-error.ts";

/**
 * Creates the databases and tables of the configuration that are not there yet. Those that are there stay as they are:
 * they may have been changed since, and a restart must not undo that.
 */
export async function createDeclaredTables(
  catalog: Catalog,
  { catalog: section }: { readonly catalog: CatalogSection },
): Promise<void> {
  for (const [name, { tables, description, location }] of Object.entries(section.databases)) {
    await declare(`catalog.databases.${name}`, async () => {
      if (catalog.database(name) !== undefined) return;
      await catalog.createDatabase({
        name,
        ...(description !== undefined && { description }),
        ...(location !== undefined && { locationUri: location }),
      });
    });
    for (const [tableName, table] of Object.entries(tables)) {
      await declare(`catalog.databases.${name}.tables.${tableName}`, async () => {
        if (catalog.table(name, tableName) !== undefined) return;
        await catalog.createTable(name, definitionOf(tableName, table));
      });
    }
  }
}

async function declare(place: string, create: () => Promise<void>): Promise<void> {
  try {
    await create();
  } catch (error) {
    throw new ConfigurationError(`${place}: ${reasonOf(error)}`, { cause: error });
  }
}

type DeclaredTable = CatalogSection["databases"][string]["tables"][string];

function definitionOf(name: string, table: DeclaredTable): TableDefinition {
  const { columns, partitionKeys, location, format, description, parameters } = table;
  const column = ({ name, type, comment }: DeclaredTable["columns"][number]) => ({
    name,
    type,
    ...(comment !== undefined && { comment }),
  });
  return {
    name,
    tableType: "EXTERNAL_TABLE",
    ...(description !== undefined && { description }),
    ...(parameters !== undefined && { parameters }),
    partitionKeys: partitionKeys.map(column),
    storageDescriptor: {
      columns: columns.map(column),
      ...(location !== undefined && { location }),
      ...(format !== undefined && storageOf(format)),
    },
  };
}

/** In Hive's words, as every reader of the catalog wants them. */
function storageOf(format: NonNullable<DeclaredTable["format"]>): StorageDescriptor {
  const { library = HIVE_JSON_SERDE, ...files } = FORMATS.get(format) ?? TEXT_FORMAT;
  return { ...files, serdeInfo: { serializationLibrary: library } };
}
