import { isObject } from "../../api/firehose/normalise.ts";
import { createDeliveryStreamRequest } from "../../api/firehose/shapes/requests.ts";
import { checkShape } from "../../api/protocol/shape.ts";
import { reasonOf } from "../../model/errors.ts";
import type { JsonObject, JsonValue } from "../../std/json.ts";
import { carryValue } from "./carry-value.ts";
import { type ImportedStream, type ImportNotes, STAND_IN_ROLE, shownValue } from "./imported.ts";

/**
 * A request from what a file says of a stream, or `undefined` with a note where nothing that the API would take can be
 * made of it.
 */
export function completeStream(given: JsonObject, origin: string, notes: ImportNotes): ImportedStream | undefined {
  const carried = carryValue(createDeliveryStreamRequest, given, origin, notes);
  if (!isObject(carried)) return undefined;
  const request = withRoles(carried, origin, notes);
  try {
    const { DeliveryStreamName } = checkShape(createDeliveryStreamRequest, request);
    noteFunctions(request, origin, notes);
    return { origin, request: { DeliveryStreamName, ...request } };
  } catch (error) {
    notes.add("lost", origin, `the whole stream: ${reasonOf(error)}`);
    return undefined;
  }
}

/** What a template says of a function and `function.yaml` says here. `facts` are in its words; absent ones stay away. */
export function noteFunctionSettings(
  at: string,
  facts: Readonly<Record<string, JsonValue | undefined>>,
  notes: ImportNotes,
): void {
  const told = Object.entries(facts).flatMap(([name, value]) => {
    return value === undefined || value === null ? [] : [`${name}: ${shownValue(value)}`];
  });
  if (told.length > 0) notes.add("to-do", at, `put into function.yaml beside the code: ${told.join(", ")}`);
}

/** Parts of a request that the API refuses without a role, each with a member that tells it apart. */
const ROLE_BEARERS = ["BucketARN", "KinesisStreamARN", "ClusterJDBCURL", "IndexName", "AccountUrl", "Connectivity"];

function withRoles(value: JsonObject, at: string, notes: ImportNotes): JsonObject {
  const members = Object.entries(value).map(([name, member]): [string, JsonValue] => {
    return [name, isObject(member) ? withRoles(member, `${at}.${name}`, notes) : member];
  });
  const completed: JsonObject = Object.fromEntries(members);
  if (completed.RoleARN !== undefined || !ROLE_BEARERS.some((name) => completed[name] !== undefined)) return completed;
  notes.add("assumed", `${at}.RoleARN`, `${STAND_IN_ROLE}: the file does not tell it, and nothing here assumes roles`);
  return { RoleARN: STAND_IN_ROLE, ...completed };
}

/** A template says which function a stream calls; the code is elsewhere, and has to come here before records do. */
function noteFunctions(value: JsonValue, at: string, notes: ImportNotes): void {
  if (Array.isArray(value)) {
    for (const [index, member] of value.entries()) noteFunctions(member, `${at}[${index}]`, notes);
  } else if (isObject(value)) {
    if (value.ParameterName === "LambdaArn") {
      const arn = String(value.ParameterValue);
      const name = arn.split(":function:")[1]?.split(":")[0] ?? arn;
      const places = `put its code into DATA/functions/${name}/, or name "${name}" under functions: in the configuration`;
      notes.add("to-do", at, `calls the function ${name}: ${places} (lambda: true calls the one in AWS)`);
    }
    for (const [name, member] of Object.entries(value)) noteFunctions(member, `${at}.${name}`, notes);
  }
}
