import type { Database, Table, TableColumn, TextMap } from "../../catalog/table.ts";
import type { JsonObject } from "../../std/json.ts";

/** Databases and tables as Athena shows them: what its drivers need of the catalog, and storage among the parameters. */

export function describeDatabase({ definition: { name, description, parameters } }: Database): JsonObject {
  return {
    Name: name,
    ...(description !== undefined && description !== "" && { Description: description }),
    ...(parameters !== undefined && { Parameters: { ...parameters } }),
  };
}

export function describeTableMetadata({ definition, createdAt }: Table): JsonObject {
  const { name, storageDescriptor, partitionKeys = [], tableType, lastAccessTime } = definition;
  return {
    Name: name,
    CreateTime: Math.floor(createdAt / 1000),
    ...(lastAccessTime !== undefined && { LastAccessTime: lastAccessTime }),
    ...(tableType !== undefined && { TableType: tableType }),
    Columns: describeColumns(storageDescriptor?.columns),
    PartitionKeys: describeColumns(partitionKeys),
    Parameters: parametersOf(definition),
  };
}

function describeColumns(columns: readonly TableColumn[] = []): JsonObject[] {
  return columns.map(({ name, type, comment }) => ({
    Name: name,
    ...(type !== undefined && { Type: type }),
    ...(comment !== undefined && { Comment: comment }),
  }));
}

function parametersOf({ parameters = {}, storageDescriptor = {} }: Table["definition"]): Record<string, string> {
  const { location, inputFormat, outputFormat, serdeInfo = {} } = storageDescriptor;
  const serde: TextMap = Object.fromEntries(
    Object.entries(serdeInfo.parameters ?? {}).map(([name, value]) => [`serde.param.${name}`, value]),
  );
  return {
    ...parameters,
    ...(inputFormat !== undefined && { inputformat: inputFormat }),
    ...(location !== undefined && { location }),
    ...(outputFormat !== undefined && { outputformat: outputFormat }),
    ...serde,
    ...(serdeInfo.serializationLibrary !== undefined && {
      "serde.serialization.lib": serdeInfo.serializationLibrary,
    }),
  };
}
