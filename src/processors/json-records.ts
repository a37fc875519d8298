import { z } from "zod";
import { reasonOf } from "../model/errors.ts";
import { parseFieldPath } from "../model/fields/field-path.ts";
import { arrivalOf } from "../model/records.ts";
import { type JsonNode, parseJsonObject } from "../std/json-node.ts";
import type { KeptOutcome, Outcome, Processor, RejectedOutcome } from "./processor.ts";

/** What processors share that look into records which are JSON objects. All of them are pure. */

export const NOT_JSON_OBJECT = "Lakehose.NotJsonObject";

export const notJsonOption = z
  .enum(["reject", "keep"])
  .default("reject")
  .meta({
    description: `What becomes of a record that is no JSON object: to the error output (${NOT_JSON_OBJECT}), or on as it is.`,
    examples: ["keep"],
  });

/** A path to fields, checked when it is defined. */
export const fieldPathOption = z.string().superRefine((text, context) => {
  try {
    parseFieldPath(text);
  } catch (error) {
    context.addIssue(reasonOf(error));
  }
});

/** New bytes of a record, or `dropped`. */
export type JsonChange = (record: JsonNode, arrivalMs: number) => Buffer | "dropped";

export function jsonProcessor(type: string, notJson: "reject" | "keep", change: JsonChange): Processor {
  const changeOutcome = (outcome: KeptOutcome, arrivalMs: number): Outcome => {
    const record = parseJsonObject(outcome.bytes);
    if (record === undefined) return notJson === "keep" ? outcome : notJsonObject(outcome);
    const bytes = change(record, arrivalMs);
    if (bytes === "dropped") return { index: outcome.index, result: "dropped" };
    return bytes === outcome.bytes ? outcome : { ...outcome, bytes };
  };
  return {
    type,
    pure: true,
    process: async ({ source, outcomes }) => ({
      source,
      outcomes: outcomes.map((outcome) =>
        outcome.result === "kept" ? changeOutcome(outcome, arrivalOf(source, outcome.index)) : outcome,
      ),
    }),
    close: async () => undefined,
  };
}

const SHOWN_BYTES = 40;

function notJsonObject({ index, bytes }: KeptOutcome): RejectedOutcome {
  const shown = bytes.length === 0 ? "nothing" : JSON.stringify(bytes.toString("utf8", 0, SHOWN_BYTES));
  const message = `Expected a JSON object, got ${shown}${bytes.length > SHOWN_BYTES ? "…" : ""}`;
  return {
    index,
    result: "rejected",
    errorType: "processing-failed",
    code: NOT_JSON_OBJECT,
    message,
    attempts: 1,
  };
}
