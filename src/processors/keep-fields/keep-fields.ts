import { z } from "zod";
import { FieldEdits } from "../../model/fields/field-edits.ts";
import { type FieldPath, parseFieldPath } from "../../model/fields/field-path.ts";
import { leadsToElement, leadsToMember } from "../../model/fields/find-fields.ts";
import type { JsonNode } from "../../std/json-node.ts";
import { fieldPathOption, jsonProcessor, notJsonOption } from "../json-records.ts";
import type { ProcessorDefinition } from "../processor.ts";

const optionsSchema = z.strictObject({
  fields: z
    .array(fieldPathOption)
    .min(1)
    .meta({
      description: "Paths of the fields that stay, with all that is in them; what they stand in stays around them.",
      examples: [["timestamp", "httpRequest.clientIp", "httpRequest.headers[name=Host]"]],
    }),
  notJson: notJsonOption,
});

/**
 * Walks down with the paths that are still open: what a path ends at stays whole, what lies on the way of one stays if
 * there is something to keep in it, all else goes.
 */
export const keepFieldsProcessor: ProcessorDefinition = {
  type: "keep-fields",
  summary: "Keeps the named fields of records that are JSON objects and takes out all others.",
  pure: true,
  optionsSchema,
  create(options) {
    const { fields, notJson } = optionsSchema.parse(options);
    const paths = fields.map(parseFieldPath);
    return jsonProcessor("keep-fields", notJson, (record) => {
      const edits = new FieldEdits(record);
      keepInside(record, paths, 0, edits);
      return edits.apply();
    });
  },
};

/** Whether anything stays. `paths` have led to `node` with their first `depth` steps. */
function keepInside(node: JsonNode, paths: readonly FieldPath[], depth: number, edits: FieldEdits): boolean {
  let keptSome = false;
  for (const member of node.members()) {
    const leading = paths.filter(({ steps }) => steps[depth] !== undefined && leadsToMember(steps[depth], member));
    if (keepsAny(member.value, leading, depth + 1, edits)) keptSome = true;
    else edits.remove(node, member);
  }
  for (const [index, element] of node.elements().entries()) {
    const leading = paths.filter(
      ({ steps }) => steps[depth] !== undefined && leadsToElement(steps[depth], element, index),
    );
    if (keepsAny(element, leading, depth + 1, edits)) keptSome = true;
    else edits.remove(node, element);
  }
  return keptSome;
}

function keepsAny(value: JsonNode, leading: readonly FieldPath[], depth: number, edits: FieldEdits): boolean {
  if (leading.length === 0) return false;
  const ending = leading.filter(({ steps }) => steps.length === depth);
  if (ending.some(({ parameter }) => parameter === undefined)) return true;
  const names = new Set(ending.map(({ parameter }) => parameter));
  if (names.size > 0 && value.kind === "string") {
    edits.editParameters(value, (parameter) => (names.has(parameter.name) ? parameter : undefined));
    return true;
  }
  return keepInside(value, leading, depth, edits);
}
