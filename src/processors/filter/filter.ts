import { z } from "zod";
import { reasonOf } from "../../model/errors.ts";
import { jsonProcessor, notJsonOption } from "../json-records.ts";
import type { ProcessorDefinition } from "../processor.ts";
import { meets } from "./evaluate-condition.ts";
import { parseCondition } from "./parse-condition.ts";

const conditionOption = z.string().superRefine((text, context) => {
  try {
    parseCondition(text);
  } catch (error) {
    context.addIssue(reasonOf(error));
  }
});

const optionsSchema = z.strictObject({
  where: conditionOption.meta({
    description: "The condition: = != < <= > >= in matches exists, joined by and, or, not and brackets.",
    examples: ['action = "BLOCK" and not httpRequest.country in ["US", "CA"]'],
  }),
  matching: z
    .enum(["keep", "drop"])
    .default("keep")
    .meta({
      description: "What becomes of records that meet the condition; the others fare the other way.",
      examples: ["drop"],
    }),
  notJson: notJsonOption,
});

export const filterProcessor: ProcessorDefinition = {
  type: "filter",
  summary: "Keeps or drops records that are JSON objects by a condition on their fields.",
  pure: true,
  optionsSchema,
  create(options) {
    const { where, matching, notJson } = optionsSchema.parse(options);
    const condition = parseCondition(where);
    const keepsWhenMet = matching === "keep";
    return jsonProcessor("filter", notJson, (record) =>
      meets(record, condition) === keepsWhenMet ? record.bytes : "dropped",
    );
  },
};
