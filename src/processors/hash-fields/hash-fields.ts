import { createHmac, hash } from "node:crypto";
import { z } from "zod";
import { parseFieldPath } from "../../model/fields/field-path.ts";
import { replaceTexts } from "../../model/fields/replace-texts.ts";
import { fieldPathOption, jsonProcessor, notJsonOption } from "../json-records.ts";
import type { ProcessorDefinition } from "../processor.ts";

const optionsSchema = z.strictObject({
  fields: z
    .array(fieldPathOption)
    .min(1)
    .meta({ description: "Paths of the fields that are hashed.", examples: [["user.email", "args?param=session"]] }),
  secret: z
    .string()
    .min(1)
    .optional()
    .meta({
      description:
        "Key of HMAC-SHA-256. Without one it is SHA-256, from which short values can be found again by trying. It is part of the stream's definition.",
      examples: ["a long random text"],
    }),
  notJson: notJsonOption,
});

/**
 * A hashed field is 64 hexadecimal digits, whatever it was; null stays null. Hashed is what a string says, in UTF-8, and
 * of anything else its text as it stands: 1.0 and 1 are two values. The same value has the same hash in every field.
 */
export const hashFieldsProcessor: ProcessorDefinition = {
  type: "hash-fields",
  summary: "Replaces fields of records that are JSON objects by their SHA-256, or their HMAC-SHA-256 with a secret.",
  pure: true,
  optionsSchema,
  create(options) {
    const { fields, secret, notJson } = optionsSchema.parse(options);
    const paths = fields.map(parseFieldPath);
    const digest =
      secret === undefined
        ? (text: string) => hash("sha256", text, "hex")
        : (text: string) => createHmac("sha256", secret).update(text).digest("hex");
    return jsonProcessor("hash-fields", notJson, (record) =>
      replaceTexts(record, paths, ({ kind, text }) => (kind === "null" ? undefined : digest(text))),
    );
  },
};
