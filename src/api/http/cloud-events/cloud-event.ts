import { isUtf8 } from "node:buffer";
import { inOneLine } from "../../../sources/envelope.ts";
import { isBase64 } from "../../../std/base64-text.ts";
import { JsonNode } from "../../../std/json-node.ts";
import { NO_JSON, scanArray, scanObject, skipSpace } from "../../../std/json-scan.ts";
import { WireError } from "../../protocol/wire-error.ts";

/** An event in the JSON format of CloudEvents 1.0, in one line, as its producer wrote it. */
export interface CloudEvent {
  /** Of source and id, which together are the event's identity: the same event that comes again has the same. */
  readonly id: string;
  readonly json: Buffer;
}

/** Most events of one batch: what one append can remember by id, so that a batch is stored whole or not at all. */
export const BATCH_EVENTS_MAX = 4_096;

/** Members of one event: the specification asks for few, and each takes memory. */
const MEMBERS_MAX = 200;

/** The event that a body in structured mode is. */
export function readEvent(body: Buffer): CloudEvent {
  requireUtf8(body);
  const start = skipSpace(body, 0);
  const { end, event } = eventAt(body, start, "The event");
  if (skipSpace(body, end) !== body.length) throw notJson("The event is no JSON object");
  return event;
}

/** The events of a body in batched mode, in their order; there may be none. */
export function readBatch(body: Buffer): readonly CloudEvent[] {
  requireUtf8(body);
  const start = skipSpace(body, 0);
  const spans: number[] = [];
  const onEvent = (from: number) => {
    if (spans.length === BATCH_EVENTS_MAX) {
      throw new WireError("RequestEntityTooLargeException", `A batch may have at most ${BATCH_EVENTS_MAX} events`);
    }
    spans.push(from);
  };
  const end = body[start] === OPEN_LIST ? scanArray(body, start, onEvent) : NO_JSON;
  if (end === NO_JSON || skipSpace(body, end) !== body.length) throw notJson("The batch is no JSON array");
  return spans.map((from, index) => eventAt(body, from, `Event ${index}`).event);
}

const OPEN_LIST = 0x5b;
const OPEN_OBJECT = 0x7b;

function eventAt(body: Buffer, start: number, what: string): { readonly event: CloudEvent; readonly end: number } {
  const members = new Map<string, JsonNode>();
  let count = 0;
  const onMember = (keyStart: number, keyEnd: number, valueStart: number, valueEnd: number) => {
    if (++count > MEMBERS_MAX) throw invalid(`${what} has more than ${MEMBERS_MAX} members`);
    members.set(new JsonNode(body, keyStart, keyEnd).text, new JsonNode(body, valueStart, valueEnd));
  };
  const end = body[start] === OPEN_OBJECT ? scanObject(body, start, onMember) : NO_JSON;
  if (end === NO_JSON) throw notJson(`${what} is no JSON object`);
  const id = requireValid(members, what);
  return { event: { id, json: inOneLine(body.subarray(start, end)) }, end };
}

const REQUIRED = ["specversion", "id", "source", "type"] as const;

/** Optional attributes of the specification; a text with something in it each. */
const OPTIONAL: ReadonlySet<string> = new Set(["datacontenttype", "dataschema", "subject", "time"]);

const DATA: ReadonlySet<string> = new Set(["data", "data_base64"]);

/** Section 3.1 of the specification: lower-case letters and digits. */
const ATTRIBUTE_NAME = /^[a-z0-9]+$/;

/** RFC 3339. */
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const INTEGER_MAX = 2 ** 31 - 1;

/** Checks the members of an event and returns its identity. */
function requireValid(members: ReadonlyMap<string, JsonNode>, what: string): string {
  for (const name of REQUIRED) requireText(name, members.get(name), what);
  const version = members.get("specversion")?.text ?? "";
  if (version !== "1.0") throw invalid(`${what}: specversion: expected "1.0", got "${version.slice(0, 20)}"`);
  for (const [name, value] of members) {
    if (DATA.has(name) || value.kind === "null") continue;
    if (!ATTRIBUTE_NAME.test(name)) {
      const shown = JSON.stringify(name.slice(0, 60));
      throw invalid(`${what}: expected attributes of lower-case letters and digits, got ${shown}`);
    }
    if (OPTIONAL.has(name)) requireText(name, value, what);
    else requireAttribute(name, value, what);
  }
  requireTime(members.get("time"), what);
  requireData(members, what);
  return JSON.stringify([members.get("source")?.text, members.get("id")?.text]);
}

function requireText(name: string, value: JsonNode | undefined, what: string): void {
  if (value?.kind === "string" && value.end - value.start > 2) return;
  throw invalid(`${what}: ${name}: expected a text with something in it, got ${shown(value)}`);
}

function requireAttribute(name: string, value: JsonNode, what: string): void {
  if (value.kind === "string" || value.kind === "boolean") return;
  const number = value.kind === "number" ? Number(value.raw) : Number.NaN;
  if (Number.isInteger(number) && Math.abs(number) <= INTEGER_MAX + 1) return;
  throw invalid(`${what}: ${name}: expected a text, a whole number of 32 bits, or true or false, got ${shown(value)}`);
}

function requireTime(value: JsonNode | undefined, what: string): void {
  if (value === undefined || value.kind === "null") return;
  if (TIME.test(value.text) && !Number.isNaN(Date.parse(value.text))) return;
  throw invalid(`${what}: time: expected RFC 3339 such as "2026-01-31T10:30:00Z", got ${shown(value)}`);
}

function requireData(members: ReadonlyMap<string, JsonNode>, what: string): void {
  const binary = members.get("data_base64");
  if (binary === undefined || binary.kind === "null") return;
  if (members.has("data")) throw invalid(`${what} has data and data_base64: expected one of them`);
  if (binary.kind !== "string" || !isBase64(binary.text)) {
    throw invalid(`${what}: data_base64: expected standard base64 with padding, got ${shown(binary)}`);
  }
}

function shown(value: JsonNode | undefined): string {
  return value === undefined ? "nothing" : value.raw.slice(0, 60);
}

function requireUtf8(body: Buffer): void {
  if (!isUtf8(body)) throw notJson("Events are JSON in UTF-8, and the body is no UTF-8");
}

function invalid(message: string): WireError {
  return new WireError("InvalidArgumentException", message);
}

function notJson(message: string): WireError {
  return new WireError("SerializationException", message);
}
