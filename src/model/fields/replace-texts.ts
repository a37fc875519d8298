import type { JsonNode } from "../../std/json-node.ts";
import { withValue } from "../../std/query-string.ts";
import { FieldEdits, type FieldValue } from "./field-edits.ts";
import type { FieldPath } from "./field-path.ts";
import { findFields } from "./find-fields.ts";

/** Replaces what paths lead to by strings; `undefined` leaves a field as it is. A parameter is a string, decoded. */
export function replaceTexts(
  record: JsonNode,
  paths: readonly FieldPath[],
  textFor: (value: FieldValue) => string | undefined,
): Buffer {
  const edits = new FieldEdits(record);
  const parameters = new Map<JsonNode, Set<string>>();
  for (const path of paths) {
    for (const { value } of findFields(record, path)) {
      if (path.parameter !== undefined) {
        parameters.set(value, (parameters.get(value) ?? new Set()).add(path.parameter));
        continue;
      }
      const text = textFor(value);
      if (text !== undefined) edits.replace(value, JSON.stringify(text));
    }
  }
  for (const [value, names] of parameters) {
    edits.editParameters(value, (parameter) => {
      if (!names.has(parameter.name)) return parameter;
      const text = textFor({ kind: "string", text: parameter.value });
      return text === undefined ? parameter : withValue(parameter, text);
    });
  }
  return edits.apply();
}
