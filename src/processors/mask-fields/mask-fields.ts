import { z } from "zod";
import { parseFieldPath } from "../../model/fields/field-path.ts";
import { replaceTexts } from "../../model/fields/replace-texts.ts";
import { fieldPathOption, jsonProcessor, notJsonOption } from "../json-records.ts";
import type { ProcessorDefinition } from "../processor.ts";

/** Who keeps more than this masks nothing worth masking. */
const KEEP_LAST_MAX = 64;

const optionsSchema = z.strictObject({
  fields: z
    .array(fieldPathOption)
    .min(1)
    .meta({
      description: "Paths of the fields that are masked.",
      examples: [["card.number", "httpRequest.headers[name~=cookie].value"]],
    }),
  text: z
    .string()
    .default("***")
    .meta({ description: "What stands there instead.", examples: ["REDACTED"] }),
  keepLast: z
    .int()
    .min(0)
    .max(KEEP_LAST_MAX)
    .default(0)
    .meta({
      description: "Last characters that follow the text. A value that is no longer shows none.",
      examples: [4],
    }),
  notJson: notJsonOption,
});

/** A masked field is a string, whatever it was; null stays null. The text does not tell how long the value was. */
export const maskFieldsProcessor: ProcessorDefinition = {
  type: "mask-fields",
  summary: "Replaces fields of records that are JSON objects by a fixed text, or all of it but the last characters.",
  pure: true,
  optionsSchema,
  create(options) {
    const { fields, text, keepLast, notJson } = optionsSchema.parse(options);
    const paths = fields.map(parseFieldPath);
    return jsonProcessor("mask-fields", notJson, (record) =>
      replaceTexts(record, paths, ({ kind, text: value }) => {
        if (kind === "null") return undefined;
        return kind === "object" || kind === "array" ? text : text + lastCharacters(value, keepLast);
      }),
    );
  },
};

function lastCharacters(value: string, count: number): string {
  if (count === 0) return "";
  const characters = Array.from(value);
  return characters.length > count ? characters.slice(-count).join("") : "";
}
