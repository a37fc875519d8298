import { z } from "zod";
import { FieldEdits } from "../../model/fields/field-edits.ts";
import type { JsonNode } from "../../std/json-node.ts";
import { jsonProcessor, notJsonOption } from "../json-records.ts";
import type { ProcessorDefinition } from "../processor.ts";

const optionsSchema = z.strictObject({
  field: z
    .string()
    .min(1)
    .meta({
      description: "Name of the member at the top of the record. One of that name is replaced.",
      examples: ["arrived_at"],
    }),
  format: z
    .enum(["iso", "epoch-ms", "epoch-s"])
    .default("iso")
    .meta({
      description: "iso: a string such as 2026-11-21T08:30:00.123Z; epoch-ms, epoch-s: a whole number since 1970.",
      examples: ["epoch-ms"],
    }),
  notJson: notJsonOption,
});

/** Pure although it speaks of time: a record's arrival is stored with it and is the same whenever it is read. */
export const addArrivalTimeProcessor: ProcessorDefinition = {
  type: "add-arrival-time",
  summary: "Adds the time at which a record was accepted to records that are JSON objects.",
  pure: true,
  optionsSchema,
  create(options) {
    const { field, format, notJson } = optionsSchema.parse(options);
    const nameBytes = Buffer.from(field);
    return jsonProcessor("add-arrival-time", notJson, (record, arrivalMs) =>
      setMember(record, field, nameBytes, formatTime(arrivalMs, format)),
    );
  },
};

/** The last instant that a Date can name (ECMA-262). Redriven records bring their first arrival along, whatever it says. */
const LAST_MS = 8.64e15;

function formatTime(arrivalMs: number, format: "iso" | "epoch-ms" | "epoch-s"): string {
  const ms = Math.min(LAST_MS, Math.max(-LAST_MS, Math.floor(arrivalMs)));
  if (format === "iso") return `"${new Date(ms).toISOString()}"`;
  return String(format === "epoch-ms" ? ms : Math.floor(ms / 1000));
}

function setMember(record: JsonNode, name: string, nameBytes: Buffer, json: string): Buffer {
  const edits = new FieldEdits(record);
  const present = record.members().filter((member) => member.isNamed(name, nameBytes));
  for (const { value } of present) edits.replace(value, json);
  if (present.length === 0) edits.append(name, json);
  return edits.apply();
}
