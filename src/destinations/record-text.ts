import { z } from "zod";
import { LakehoseError } from "../model/errors.ts";
import { parseFieldPath } from "../model/fields/field-path.ts";
import { findFields } from "../model/fields/find-fields.ts";
import { compileExpression } from "../processors/extract-metadata/query/compile.ts";
import { parseQuery } from "../processors/extract-metadata/query/parser.ts";
import { QueryError } from "../processors/extract-metadata/query/query-error.ts";
import type { JsonValue } from "../std/json.ts";
import { parseJsonObject } from "../std/json-node.ts";

/**
 * A text that a record says of itself, for targets that need one beside the record: its document id, its index. Only what
 * gives the same text each time may decide it, because the record may be sent again; so of jq the part that knows no clock.
 */
export type RecordTextSpec = { readonly field: string } | { readonly jq: string };

/** The text; `undefined` where the record is no JSON object, or has no text, number or truth value there. */
export type ReadRecordText = (record: Buffer) => string | undefined;

export function recordTextSchema(thing: string) {
  return z.union([
    z
      .strictObject({
        field: z
          .string()
          .min(1)
          .meta({ description: `Path to the field that is the ${thing}: \`trip.id\`.` }),
      })
      .meta({ description: `The ${thing} is a field of the record.` }),
    z
      .strictObject({
        jq: z
          .string()
          .min(1)
          .meta({ description: `Expression that gives the ${thing}: \`.type + "-" + .id\`.` }),
      })
      .meta({ description: `The ${thing} is what a jq expression gives.` }),
  ]);
}

/** Throws a `LakehoseError` that says what is wrong with the path or the expression. */
export function recordTextReader(spec: RecordTextSpec): ReadRecordText {
  return "field" in spec ? fieldReader(spec.field) : expressionReader(spec.jq);
}

function fieldReader(text: string): ReadRecordText {
  const path = parseFieldPath(text);
  return (record) => {
    const root = parseJsonObject(record);
    const [place] = root === undefined ? [] : findFields(root, path);
    if (place === undefined) return undefined;
    const { kind } = place.value;
    return kind === "object" || kind === "array" || kind === "null" ? undefined : place.value.text;
  };
}

function expressionReader(jq: string): ReadRecordText {
  const expression = parseQuery(jq);
  const evaluate = expression && compileExpression(expression);
  if (evaluate === undefined) {
    throw new LakehoseError(
      "unknown-expression",
      `expected a jq expression of fields, operators, conditions and texts; got '${jq}', which is none or needs more of jq`,
    );
  }
  return (record) => {
    const value = parsed(record);
    if (value === undefined) return undefined;
    try {
      return textOf(evaluate(value));
    } catch (error) {
      if (error instanceof QueryError) return undefined;
      throw error;
    }
  };
}

function parsed(record: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(record.toString("utf8")) as JsonValue;
  } catch {
    return undefined;
  }
}

function textOf(value: JsonValue | undefined): string | undefined {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}
