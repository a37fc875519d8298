import { z } from "zod";
import { FieldEdits } from "../../model/fields/field-edits.ts";
import { type FieldPath, parseFieldPath } from "../../model/fields/field-path.ts";
import { findFields } from "../../model/fields/find-fields.ts";
import type { JsonNode } from "../../std/json-node.ts";
import { fieldPathOption, jsonProcessor, notJsonOption } from "../json-records.ts";
import type { ProcessorDefinition } from "../processor.ts";

const optionsSchema = z.strictObject({
  fields: z
    .array(fieldPathOption)
    .min(1)
    .meta({
      description: "Paths of the fields that go.",
      examples: [["password", "httpRequest.headers[name=Cookie]", "httpRequest.args?param=token"]],
    }),
  notJson: notJsonOption,
});

/** Members leave their object, elements their array, parameters their query string; everything else stays as it stands. */
export const dropFieldsProcessor: ProcessorDefinition = {
  type: "drop-fields",
  summary: "Takes fields out of records that are JSON objects.",
  pure: true,
  optionsSchema,
  create(options) {
    const { fields, notJson } = optionsSchema.parse(options);
    const paths = fields.map(parseFieldPath);
    return jsonProcessor("drop-fields", notJson, (record) => dropFields(record, paths));
  },
};

function dropFields(record: JsonNode, paths: readonly FieldPath[]): Buffer {
  const edits = new FieldEdits(record);
  for (const path of paths) {
    for (const { parent, member, value } of findFields(record, path)) {
      if (path.parameter === undefined) edits.remove(parent, member ?? value);
      else edits.editParameters(value, (parameter) => (parameter.name === path.parameter ? undefined : parameter));
    }
  }
  return edits.apply();
}
