import type { JsonObject, JsonValue } from "../../std/json.ts";
import type { KeptOutcome, Outcome, RejectedOutcome } from "../processor.ts";
import type { LambdaEvent } from "./lambda-event.ts";
import { scanReply } from "./scan-reply.ts";

/**
 * The reply of a transformation function (reference 4.3):
 *
 * { records: [{ recordId, result: Ok | Dropped | ProcessingFailed, data, metadata: { partitionKeys: { k: "v" } } }] }
 *
 * A reply that is not JSON fails the batch; whatever else is wrong fails the records that it concerns and no others.
 * Entries that nobody asked for are ignored. Nothing here is worth another attempt: the function did answer.
 */
export interface ReplyContext {
  readonly event: LambdaEvent;
  /** The records of the event, in its order. */
  readonly sent: readonly SentRecord[];
  readonly functionArn: string;
  readonly attempts: number;
  /** Whether a recordId may come several times: the record becomes many. */
  readonly fanOut: boolean;
}

export interface SentRecord {
  readonly recordId: string;
  readonly outcome: KeptOutcome;
}

/** Codes of rejected records; those of AWS where it has one. */
const REPLY_CODES = {
  notJson: "Lambda.JsonProcessingException",
  missing: "Lambda.MissingRecordId",
  duplicated: "Lambda.DuplicatedRecordId",
  failed: "Lambda.ProcessingFailedStatus",
  format: "Lambda.InvalidReturnFormat",
  partitionKeys: "DynamicPartitioning.MetadataExtractionFailed",
} as const;

/** What became of each record, in the order in which they were sent: an outcome, or several where it became many. */
export function readReply(reply: Buffer, context: ReplyContext): readonly (Outcome | readonly Outcome[])[] {
  const scanned = scanReply(reply, context.event);
  if (scanned === undefined) return parseReply(reply, context);
  const { results, data, metadata } = scanned;
  return context.sent.map(({ outcome }, place) => {
    const bytes = data[place];
    if (results[place] === "Dropped") return { index: outcome.index, result: "dropped" };
    if (results[place] !== "Ok" || bytes === undefined) return failedByFunction(outcome, context);
    return keep(outcome, bytes, metadata.get(place), context);
  });
}

/** The road for everything that a function may answer; the fast one is for what it usually does. */
export function parseReply(reply: Buffer, context: ReplyContext): readonly (Outcome | readonly Outcome[])[] {
  const { sent } = context;
  const value = parse(reply);
  if (value === undefined) {
    const message = `Expected a reply in JSON, got ${excerpt(reply)}`;
    return sent.map(({ outcome }) => rejected(outcome, context, REPLY_CODES.notJson, message));
  }
  const answers = answersById(value, sent);
  return sent.map(({ outcome }, place) => outcomesOf(outcome, answers[place] ?? [], context));
}

/** A rejected outcome in the words of this processor. */
export function rejected(
  { index }: KeptOutcome,
  { functionArn, attempts }: Pick<ReplyContext, "functionArn" | "attempts">,
  code: string,
  message: string,
): RejectedOutcome {
  const details = { lambdaARN: functionArn };
  return { index, result: "rejected", errorType: "processing-failed", code, message, attempts, details };
}

function parse(reply: Buffer): JsonValue | undefined {
  try {
    return JSON.parse(reply.toString("utf8")) as JsonValue;
  } catch {
    return undefined;
  }
}

const EXCERPT_BYTES = 100;

function excerpt(reply: Buffer): string {
  if (reply.length === 0) return "nothing";
  return `${JSON.stringify(reply.toString("utf8", 0, EXCERPT_BYTES))}${reply.length > EXCERPT_BYTES ? "…" : ""}`;
}

function answersById(value: JsonValue, sent: readonly SentRecord[]): readonly (readonly JsonObject[])[] {
  const answers: JsonObject[][] = sent.map(() => []);
  const places = new Map(sent.map(({ recordId }, place) => [recordId, place]));
  const list = isObject(value) && Array.isArray(value.records) ? value.records : [];
  for (const entry of list) {
    if (!isObject(entry) || typeof entry.recordId !== "string") continue;
    const place = places.get(entry.recordId);
    if (place !== undefined) answers[place]?.push(entry);
  }
  return answers;
}

/** One outcome, or several where the function may make many of one. Of those, one that fails rejects the record as a whole. */
function outcomesOf(
  record: KeptOutcome,
  answers: readonly JsonObject[],
  context: ReplyContext,
): Outcome | readonly Outcome[] {
  const [first] = answers;
  if (first === undefined) {
    return rejected(record, context, REPLY_CODES.missing, "The reply holds no entry with the recordId of the record");
  }
  if (answers.length === 1) return outcomeOf(record, first, context);
  if (!context.fanOut) {
    const message = `The reply holds ${answers.length} entries with the recordId of the record; only with fan-out may one record become many`;
    return rejected(record, context, REPLY_CODES.duplicated, message);
  }
  const outcomes = answers.map((answer) => outcomeOf(record, answer, context));
  const failed = outcomes.find((outcome) => outcome.result === "rejected");
  if (failed !== undefined) return failed;
  const kept = outcomes.filter((outcome) => outcome.result === "kept");
  return kept.length > 0 ? kept : { index: record.index, result: "dropped" };
}

function outcomeOf(record: KeptOutcome, answer: JsonObject, context: ReplyContext): Outcome {
  const { result, data } = answer;
  if (result === "Dropped") return { index: record.index, result: "dropped" };
  if (result === "ProcessingFailed") return failedByFunction(record, context);
  const invalid = (message: string) => rejected(record, context, REPLY_CODES.format, message);
  if (result !== "Ok") return invalid(`Expected a result of Ok, Dropped or ProcessingFailed, got ${shown(result)}`);
  if (typeof data !== "string") return invalid(`Expected data in base64 with the result Ok, got ${shown(data)}`);
  const bytes = decodeBase64(data);
  if (bytes === undefined) return invalid(`Expected data in base64, got ${shown(data)}`);
  return keep(record, bytes, answer.metadata, context);
}

function failedByFunction(record: KeptOutcome, context: ReplyContext): RejectedOutcome {
  return rejected(record, context, REPLY_CODES.failed, "ProcessingFailed status set for record");
}

function keep(record: KeptOutcome, bytes: Buffer, metadata: JsonValue | undefined, context: ReplyContext): Outcome {
  const keys = isObject(metadata) ? metadata.partitionKeys : undefined;
  if (keys === undefined || keys === null) return { ...record, bytes };
  const reject = (message: string) => rejected(record, context, REPLY_CODES.partitionKeys, message);
  if (!isObject(keys)) return reject(`Expected partitionKeys with names and values, got ${shown(keys)}`);
  const partitionValues: Record<string, string> = { ...record.partitionValues };
  for (const [name, value] of Object.entries(keys)) {
    if (value === null || value === "") return reject(`partitionKeys values must not be null or empty: ${name}`);
    if (typeof value !== "string") return reject(`partitionKeys values must be strings: ${name} is ${shown(value)}`);
    partitionValues[`lambda:${name}`] = value;
  }
  return { ...record, bytes, partitionValues };
}

/**
 * Strict where Node is not: what it would skip or cut off silently is an error. Line breaks are allowed, because the
 * encoders of some languages put them in.
 */
function decodeBase64(text: string): Buffer | undefined {
  const decoded = Buffer.from(text, "base64");
  if (isWhole(text, decoded)) return decoded;
  const bare = text.replace(/[\r\n]+/g, "");
  return bare.length < text.length && isWhole(bare, decoded) ? decoded : undefined;
}

function isWhole(text: string, decoded: Buffer): boolean {
  if (text.length % 4 !== 0 || text.includes("-") || text.includes("_")) return false;
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return decoded.length === (text.length / 4) * 3 - padding;
}

const SHOWN_LENGTH_MAX = 60;

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return "none";
  const text = JSON.stringify(value);
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}…` : text;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
