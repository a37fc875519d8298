import { z } from "zod";
import { reasonOf } from "../../model/errors.ts";
import { schemaJson } from "../../model/schema/schema-json.ts";
import type { JsonRowOptions } from "./json-rows.ts";
import { timestampPattern } from "./timestamp-pattern.ts";

/** How JSON records are read into columns: the `json` option of every format that has columns. */
export const jsonRowOptions = z
  .strictObject({
    convertDots: z
      .boolean()
      .default(false)
      .meta({ description: "Dots in keys stand for underscores in names of columns." }),
    caseInsensitive: z
      .boolean()
      .default(true)
      .meta({ description: "Keys are folded to lower case before they are matched." }),
    columnToKey: z
      .record(z.string(), z.string())
      .default({})
      .meta({ description: "Key of a column whose name is another one.", examples: [{ ts: "timestamp" }] }),
    timestampFormats: z
      .array(z.string().min(1).superRefine(checkTimestampFormat))
      .optional()
      .meta({ description: "For `hive`: Joda patterns, or `millis`.", examples: [["yyyy-MM-dd'T'HH:mm:ss"]] }),
    engine: z
      .enum(["openx", "hive"])
      .default("openx")
      .meta({ description: "Whose rules hold: `openx` reads numbers from strings and keeps nested JSON as text." }),
  })
  .prefault({})
  .transform((options): JsonRowOptions => options);

/** The `schema` option: columns, or `infer` to learn them from the records. */
export const schemaOrInfer = z
  .union([z.literal("infer"), schemaJson])
  .meta({ description: "Columns of the objects, or `infer` to learn them from the first records." });

function checkTimestampFormat(format: string, context: z.RefinementCtx): void {
  if (format === "millis") return;
  try {
    timestampPattern(format);
  } catch (error) {
    context.addIssue(reasonOf(error));
  }
}
