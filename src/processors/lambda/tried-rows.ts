import { isUtf8 } from "node:buffer";
import type { KeptOutcome } from "../processor.ts";
import type { TriedRecord } from "./try-function.ts";

/** What a function made of one record, as JSON. */
export interface TriedRow {
  /** Counts from 1. */
  readonly record: number;
  readonly result: "kept" | "dropped" | "rejected";
  readonly data?: string;
  readonly dataBase64?: string;
  readonly partitionKeys?: Readonly<Record<string, string>>;
  readonly code?: string;
  readonly message?: string;
}

export function triedRows({ record, outcomes }: TriedRecord): readonly TriedRow[] {
  return outcomes.map((outcome) => {
    const { result } = outcome;
    if (outcome.result === "rejected") return { record, result, code: outcome.code, message: outcome.message };
    if (outcome.result === "dropped") return { record, result };
    const { bytes } = outcome;
    const keys = partitionKeysOf(outcome);
    const data = isUtf8(bytes) ? { data: bytes.toString() } : { dataBase64: bytes.toString("base64") };
    return { record, result, ...data, ...(keys !== undefined && { partitionKeys: keys }) };
  });
}

/** As the function named them: inside, a prefix tells them from those of queries. */
export function partitionKeysOf({ partitionValues }: KeptOutcome): Readonly<Record<string, string>> | undefined {
  if (partitionValues === undefined) return undefined;
  const entries = Object.entries(partitionValues).map(([name, value]) => [name.replace(/^lambda:/, ""), value]);
  return Object.fromEntries(entries);
}
