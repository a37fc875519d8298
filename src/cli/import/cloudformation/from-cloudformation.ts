import { isObject } from "../../../api/firehose/normalise.ts";
import { createDeliveryStreamRequest } from "../../../api/firehose/shapes/requests.ts";
import type { JsonObject } from "../../../std/json.ts";
import { completeStream, noteFunctionSettings } from "../complete-stream.ts";
import { completeTable } from "../complete-table.ts";
import { type Imported, type ImportedStream, type ImportedTable, ImportNotes } from "../imported.ts";
import { Evaluator } from "./evaluate.ts";
import { type Stack, type StackResource, stackOf, UnknownValue } from "./stack.ts";

/**
 * A CloudFormation template, hand-written or synthesised by the CDK. Properties of AWS::KinesisFirehose::DeliveryStream are
 * named as the members of CreateDeliveryStream, so a stream is its properties with all functions evaluated.
 */
export function fromCloudFormation(template: JsonObject, given: Stack["given"]): Imported {
  const notes = new ImportNotes();
  const stack = stackOf(template, given);
  const evaluator = new Evaluator(stack, notes);
  const streams: ImportedStream[] = [];
  const tables: ImportedTable[] = [];
  for (const [id, resource] of Object.entries(stack.resources)) {
    if (!isMade(evaluator, id, resource, notes)) continue;
    if (resource.type === "AWS::KinesisFirehose::DeliveryStream") keep(streams, streamOf(evaluator, id, notes));
    else if (resource.type === "AWS::Glue::Table") keep(tables, tableOf(evaluator, id, notes));
    else if (FUNCTIONS.has(resource.type)) noteFunction(evaluator, id, notes);
    else noteResource(id, resource, notes);
  }
  return { streams, tables, notes: notes.all() };
}

function keep<T>(all: T[], one: T | undefined): void {
  if (one !== undefined) all.push(one);
}

/** A resource under a condition that is false is none. */
function isMade(evaluator: Evaluator, id: string, { condition }: StackResource, notes: ImportNotes): boolean {
  if (condition === undefined) return true;
  try {
    if (evaluator.condition(condition)) return true;
    notes.add("lost", `Resources.${id}`, `its condition ${condition} is false`);
  } catch (error) {
    if (!(error instanceof UnknownValue)) throw error;
    notes.add("lost", `Resources.${id}`, `its condition ${condition} is not known: ${error.message}`);
  }
  return false;
}

function streamOf(evaluator: Evaluator, id: string, notes: ImportNotes): ImportedStream | undefined {
  const origin = `Resources.${id}`;
  const { DeliveryStreamName: name, ...properties } = propertiesOf(evaluator, id);
  const made = id.slice(0, NAME_LENGTH_MAX);
  if (name === undefined) {
    notes.add("assumed", `${origin}.DeliveryStreamName`, `"${made}": CloudFormation would have made one up`);
  }
  return completeStream({ DeliveryStreamName: name ?? made, ...properties }, origin, notes);
}

const NAME_LENGTH_MAX = createDeliveryStreamRequest.members.DeliveryStreamName.max ?? 64;

function tableOf(evaluator: Evaluator, id: string, notes: ImportNotes): ImportedTable | undefined {
  const origin = `Resources.${id}`;
  const { DatabaseName: database, TableInput: input, CatalogId: _, ...others } = propertiesOf(evaluator, id);
  for (const name of Object.keys(others)) notes.add("lost", `${origin}.${name}`, "tables here have no such property");
  const named = isObject(input) ? { Name: id, ...input } : { Name: id };
  return completeTable({ origin, database: String(database ?? ""), input: named }, notes);
}

function propertiesOf(evaluator: Evaluator, id: string): JsonObject {
  const { properties = {} } = evaluator.stack.resources[id] ?? {};
  const evaluated = evaluator.property(properties, `Resources.${id}`);
  return isObject(evaluated) ? evaluated : {};
}

/** Whose only part in a stream is the name by which it is referred to. */
const NAMES_ONLY = new Set(["AWS::Glue::Database", "AWS::S3::Bucket"]);

const FUNCTIONS = new Set(["AWS::Lambda::Function", "AWS::Serverless::Function"]);

function noteFunction(evaluator: Evaluator, id: string, notes: ImportNotes): void {
  const { Runtime: runtime, Handler: handler, Timeout: timeout, MemorySize: memory } = propertiesOf(evaluator, id);
  noteFunctionSettings(`Resources.${id}`, { runtime, handler, timeout, memory }, notes);
}

const REASONS: Readonly<Record<string, string>> = {
  "AWS::IAM::Role": "nothing here assumes roles; access keys and tokens stand in the configuration",
  "AWS::IAM::Policy": "what a key may do stands in the configuration, under accessKeys",
  "AWS::Logs::LogGroup": "delivery logs are files in DATA/logs/STREAM/",
  "AWS::Logs::LogStream": "delivery logs are files in DATA/logs/STREAM/",
  "AWS::Lambda::Permission": "functions here are called without a permission of theirs",
  "AWS::CDK::Metadata": "says only which constructs were used",
};

function noteResource(id: string, { type }: StackResource, notes: ImportNotes): void {
  if (NAMES_ONLY.has(type)) return;
  notes.add("lost", `Resources.${id}`, `${type}: ${REASONS[type] ?? "not a part of a delivery stream"}`);
}
