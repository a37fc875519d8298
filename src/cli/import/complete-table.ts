import { isObject } from "../../api/firehose/normalise.ts";
import { tableInput } from "../../api/glue/shapes/table-input.ts";
import { checkShape } from "../../api/protocol/shape.ts";
import { reasonOf } from "../../model/errors.ts";
import type { JsonValue } from "../../std/json.ts";
import { carryValue } from "./carry-value.ts";
import type { ImportedTable, ImportNotes } from "./imported.ts";

interface TableOfFile {
  readonly origin: string;
  readonly database: string;
  readonly input: JsonValue;
}

/** A table as CreateTable takes it, or `undefined` with a note. */
export function completeTable({ origin, database, input }: TableOfFile, notes: ImportNotes): ImportedTable | undefined {
  const carried = carryValue(tableInput, input, origin, notes);
  if (!isObject(carried)) return undefined;
  try {
    const { Name } = checkShape(tableInput, carried);
    return { origin, database, input: { ...carried, Name } };
  } catch (error) {
    notes.add("lost", origin, `the whole table: ${reasonOf(error)}`);
    return undefined;
  }
}
