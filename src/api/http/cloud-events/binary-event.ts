import { isUtf8 } from "node:buffer";
import { inOneLine, isJson } from "../../../sources/envelope.ts";
import type { RequestHead } from "../../protocol/http.ts";
import { WireError } from "../../protocol/wire-error.ts";
import { type CloudEvent, readEvent } from "./cloud-event.ts";

const PREFIX = "ce-";

/** What stands elsewhere in binary mode: the content type in its own header, the data in the body. */
const NOT_AS_HEADERS: ReadonlySet<string> = new Set(["data", "datacontenttype"]);

/** Whether a request is an event in binary mode, as far as its head tells. */
export function isBinaryEvent(headers: RequestHead["headers"]): boolean {
  return headers["ce-specversion"] !== undefined;
}

/**
 * An event in binary mode as the JSON that the same event is in structured mode: attributes come from `ce-*` headers and
 * Content-Type, data from the body. Data in JSON becomes `data` as it stands, other text becomes `data` as a string, bytes
 * that are no text, and those of which nobody says what they are, become `data_base64`.
 */
export function readBinaryEvent(headers: RequestHead["headers"], body: Buffer): CloudEvent {
  const attributes: Record<string, string> = {};
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(PREFIX) || value === undefined) continue;
    const name = header.slice(PREFIX.length);
    if (NOT_AS_HEADERS.has(name)) {
      throw invalid(`${header}: expected ${name === "data" ? "the data in the body" : "Content-Type"} instead`);
    }
    attributes[name] = decodeHeader(header, Array.isArray(value) ? value.join(", ") : value);
  }
  const type = headers["content-type"];
  if (type !== undefined && type !== "") attributes.datacontenttype = type;
  const members = JSON.stringify(attributes).slice(0, -1);
  return readEvent(Buffer.concat([Buffer.from(members), dataMember(type ?? "", body), CLOSE]));
}

const CLOSE = Buffer.from("}");
const JSON_TYPE = /^[^;]*[/+]json\s*(;|$)/i;

function dataMember(type: string, body: Buffer): Buffer {
  if (body.length === 0) return body;
  const text = isUtf8(body);
  if (text && (type === "" || JSON_TYPE.test(type)) && isJson(body)) {
    return Buffer.concat([Buffer.from(',"data":'), inOneLine(body)]);
  }
  if (JSON_TYPE.test(type)) {
    throw new WireError("SerializationException", `The data is no JSON, as its Content-Type ${type.slice(0, 60)} says`);
  }
  if (text && type !== "") return Buffer.from(`,"data":${JSON.stringify(body.toString())}`);
  return Buffer.from(`,"data_base64":"${body.toString("base64")}"`);
}

const QUOTED = /^"((?:[^"\\]|\\.)*)"$/;

/** HTTP binding of CloudEvents 1.0, 3.1.3.2: quotes are taken off, then `%C3%A9` is decoded, once, to UTF-8. */
function decodeHeader(header: string, value: string): string {
  const plain = QUOTED.exec(value)?.[1]?.replace(/\\(.)/g, "$1") ?? value;
  // Node reads headers as one byte per character.
  const decoded = plain.replace(/%([0-9A-Fa-f]{2})/g, (_, byte: string) => String.fromCharCode(parseInt(byte, 16)));
  const bytes = Buffer.from(decoded, "latin1");
  if (isUtf8(bytes)) return bytes.toString();
  throw invalid(
    `${header.slice(0, 60)}: expected UTF-8 in percent-encoding, got ${JSON.stringify(value.slice(0, 60))}`,
  );
}

function invalid(message: string): WireError {
  return new WireError("InvalidArgumentException", message);
}
