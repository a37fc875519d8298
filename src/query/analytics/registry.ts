import { z } from "zod";
import { LakehoseError } from "../../model/errors.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { hotspotsFunction } from "./hotspots-function.ts";
import { explainedForestFunction, randomCutForestFunction } from "./random-cut-forest-functions.ts";
import type { TableFunctionDefinition } from "./table-function.ts";

/** Every table function, in the order of the alphabet. */
export const tableFunctions: readonly TableFunctionDefinition[] = [
  hotspotsFunction,
  randomCutForestFunction,
  explainedForestFunction,
];

/** A use of a table function as it stands in a query. */
export interface TableFunctionCall {
  readonly name: string;
  /** Values behind the input, in order. */
  readonly positional: readonly JsonValue[];
  readonly named: JsonObject;
  /** Names of all columns of the input. */
  readonly columns: readonly string[];
  /** Names of those that hold numbers. */
  readonly numberColumns: readonly string[];
}

export interface CheckedCall {
  readonly definition: TableFunctionDefinition;
  /** With defaults filled in. */
  readonly options: JsonObject;
}

/** Checks all that can be known of a call before its first row. Throws what a user can act on. */
export function checkCall(call: TableFunctionCall): CheckedCall {
  const definition = definitionOf(call.name);
  checkColumns(definition, call);
  const parsed = definition.optionsSchema.safeParse(argumentsByName(definition, call));
  if (parsed.success) return { definition, options: parsed.data as JsonObject };
  throw badArguments(definition, z.prettifyError(parsed.error).replaceAll(/\n\s*/g, " "));
}

function definitionOf(name: string): TableFunctionDefinition {
  const found = tableFunctions.find((definition) => definition.name === name.toLowerCase());
  if (found !== undefined) return found;
  const known = tableFunctions.map((definition) => definition.name).join(", ");
  throw new LakehoseError("unknown-table-function", `Expected a table function of ${known}; got ${name}`);
}

function argumentsByName(definition: TableFunctionDefinition, { positional, named }: TableFunctionCall): JsonObject {
  const names = definition.positionalArguments;
  if (positional.length > names.length) {
    throw badArguments(
      definition,
      `expected at most ${names.length} behind the input (${names.join(", ")}), got ${positional.length}`,
    );
  }
  const twice = names.slice(0, positional.length).find((name) => name in named);
  if (twice !== undefined) throw badArguments(definition, `${twice} is given twice, by its place and by its name`);
  return { ...Object.fromEntries(positional.map((value, index) => [names[index], value])), ...named };
}

function checkColumns({ name, columnsMax, addedColumns }: TableFunctionDefinition, call: TableFunctionCall): void {
  const count = call.numberColumns.length;
  if (count < 1 || count > columnsMax) {
    throw new LakehoseError(
      "invalid-input",
      `${name}: expected 1 to ${columnsMax} numeric columns in the input, got ${count}`,
    );
  }
  const taken = call.columns.find((column) => addedColumns.some((added) => added.name === column.toUpperCase()));
  if (taken !== undefined) {
    throw new LakehoseError(
      "invalid-input",
      `${name}: it adds a column of the name ${taken}, which the input has already; rename that one`,
    );
  }
}

function badArguments({ name }: TableFunctionDefinition, problem: string): LakehoseError {
  return new LakehoseError("invalid-argument", `${name}: ${problem}`);
}
