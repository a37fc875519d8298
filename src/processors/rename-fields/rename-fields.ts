import { z } from "zod";
import { FieldEdits } from "../../model/fields/field-edits.ts";
import { type FieldPath, parseFieldPath } from "../../model/fields/field-path.ts";
import { findFields } from "../../model/fields/find-fields.ts";
import type { JsonMember, JsonNode } from "../../std/json-node.ts";
import { withName } from "../../std/query-string.ts";
import { fieldPathOption, jsonProcessor, notJsonOption } from "../json-records.ts";
import type { ProcessorDefinition } from "../processor.ts";

const optionsSchema = z.strictObject({
  fields: z
    .record(fieldPathOption.refine(hasName, "only members and parameters have names; end the path in one"), z.string())
    .refine((fields) => Object.keys(fields).length > 0, "expected at least one field")
    .meta({
      description: "New names by the paths of the fields. A new name is no path: the field stays in its object.",
      examples: [{ "user.mail": "email" }],
    }),
  notJson: notJsonOption,
});

interface Renaming {
  readonly path: FieldPath;
  readonly name: string;
}

/**
 * All names change at once, so that two fields can change places. A field that has one of the new names already and keeps
 * it would make the name stand twice: it gives way.
 */
export const renameFieldsProcessor: ProcessorDefinition = {
  type: "rename-fields",
  summary: "Gives fields of records that are JSON objects other names.",
  pure: true,
  optionsSchema,
  create(options) {
    const { fields, notJson } = optionsSchema.parse(options);
    const renamings = Object.entries(fields).map(([path, name]) => ({ path: parseFieldPath(path), name }));
    return jsonProcessor("rename-fields", notJson, (record) => renameFields(record, renamings));
  },
};

function renameFields(record: JsonNode, renamings: readonly Renaming[]): Buffer {
  const edits = new FieldEdits(record);
  const renamed = new Map<JsonNode, Map<JsonMember, string>>();
  const parameters = new Map<JsonNode, Map<string, string>>();
  for (const { path, name } of renamings) {
    for (const { parent, member, value } of findFields(record, path)) {
      if (path.parameter !== undefined) {
        const names = parameters.get(value) ?? new Map<string, string>();
        parameters.set(value, names.set(path.parameter, name));
      } else if (member !== undefined) {
        const members = renamed.get(parent) ?? new Map<JsonMember, string>();
        renamed.set(parent, members.set(member, name));
      }
    }
  }
  for (const [parent, members] of renamed) {
    for (const [member, name] of members) edits.rename(member, name);
    giveWay(parent, members, edits);
  }
  for (const [value, names] of parameters) {
    edits.editParameters(value, (one) => withName(one, names.get(one.name) ?? one.name));
  }
  return edits.apply();
}

/** Of those that end up with one name the last renamed one stays. */
function giveWay(parent: JsonNode, renamed: ReadonlyMap<JsonMember, string>, edits: FieldEdits): void {
  const winners = new Map(Array.from(renamed, ([member, name]) => [name, member]));
  for (const member of parent.members()) {
    const winner = winners.get(renamed.get(member) ?? member.name);
    if (winner !== undefined && winner !== member) edits.remove(parent, member);
  }
}

function hasName(text: string): boolean {
  try {
    const { steps, parameter } = parseFieldPath(text);
    return parameter !== undefined || steps.at(-1)?.kind === "member";
  } catch {
    return true;
  }
}
