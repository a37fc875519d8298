import { locationBelow } from "../../catalog/location.ts";
import { hivePartitionFolder } from "../../catalog/partition-layout.ts";
import type { Table, TextMap } from "../../catalog/table.ts";
import type { Condition } from "../dialect/condition.ts";
import type { TableUse } from "../dialect/inspect-query.ts";
import { QueryError } from "../query-error.ts";
import { FILES_MAX, PROJECTED_VALUES_MAX } from "../query-limits.ts";
import { isNeeded, qualifiersOf } from "./partition-needs.ts";
import { projectedValues } from "./projection-key.ts";
import type { TableShape } from "./table-shape.ts";

/** A partition that the properties of its table describe; whether there are files is found out when it is listed. */
export interface ProjectedPartition {
  readonly values: readonly string[];
  readonly location: string;
}

export function projectsPartitions({ definition }: Table): boolean {
  return parametersOf(definition.parameters).get("projection.enabled")?.toLowerCase() === "true";
}

/**
 * Partition projection: the partitions of a table are those that its properties describe, and the catalog is not asked. Key
 * after key the values that the query cannot need are left out before the next key is looked at, so a range of years costs
 * what the query names of it.
 */
export function projectedPartitions(
  table: Table,
  shape: TableShape,
  uses: readonly TableUse[],
  nowMs: number,
): readonly ProjectedPartition[] {
  const label = `${table.databaseName}.${table.definition.name}`;
  const parameters = parametersOf(table.definition.parameters);
  const keys = shape.partitionKeys.map(({ name }) => name);
  const found: ProjectedPartition[] = [];
  let looked = 0;
  const walk = (values: readonly string[]): void => {
    const key = keys[values.length];
    if (key === undefined) {
      found.push({ values, location: locationOf(table, keys, values) });
      if (found.length > FILES_MAX) throw tooMany(label, `more than ${FILES_MAX} projected partitions`);
      return;
    }
    const named = () => namedValues(table, uses, key);
    for (const value of projectedValues({ key, parameters, table: label, nowMs, named })) {
      if (++looked > PROJECTED_VALUES_MAX) throw tooMany(label, `a look at more than ${PROJECTED_VALUES_MAX} values`);
      const longer = [...values, value];
      if (isNeeded(table, shape, longer, uses)) walk(longer);
    }
  };
  walk([]);
  return found;
}

function parametersOf(parameters: TextMap = {}): ReadonlyMap<string, string> {
  return new Map(Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value]));
}

/** As the template of the table says (`s3://lake/logs/${day}/`), else in Hive's layout. */
function locationOf({ definition }: Table, keys: readonly string[], values: readonly string[]): string {
  const template = parametersOf(definition.parameters).get("storage.location.template");
  if (template === undefined) {
    return locationBelow(definition.storageDescriptor?.location, hivePartitionFolder(keys, values));
  }
  return template.replace(/\$\{([^}]+)\}/g, (whole, name: string) => {
    return values[keys.indexOf(name.trim().toLowerCase())] ?? whole;
  });
}

/** What every use of the table names for a key; `undefined` where one may want any value. */
function namedValues(table: Table, uses: readonly TableUse[], key: string): readonly string[] | undefined {
  const all = uses.map((use) => {
    return use.condition === undefined ? undefined : valuesIn(use.condition, key, qualifiersOf(table, use));
  });
  return all.every((values) => values !== undefined) ? [...new Set(all.flat())] : undefined;
}

function valuesIn(condition: Condition, key: string, qualifiers: readonly string[]): readonly string[] | undefined {
  const isKey = (column: readonly string[]) =>
    column.at(-1) === key && (column.length === 1 || qualifiers.includes(column.slice(0, -1).join(".")));
  switch (condition.kind) {
    case "compare":
      return condition.operator === "=" && isKey(condition.column) ? [String(condition.value)] : undefined;
    case "in":
      return !condition.negated && isKey(condition.column) ? condition.values.map(String) : undefined;
    case "and":
      return condition.parts.map((part) => valuesIn(part, key, qualifiers)).find((values) => values !== undefined);
    case "or": {
      const parts = condition.parts.map((part) => valuesIn(part, key, qualifiers));
      return parts.every((values) => values !== undefined) ? parts.flat() : undefined;
    }
    default:
      return undefined;
  }
}

function tooMany(label: string, what: string): QueryError {
  return new QueryError("limit-exceeded", `Table ${label}: the query needs ${what}; name partitions in WHERE`);
}
