import type { JsonObject, JsonValue } from "../../std/json.ts";

/** An answer before a protocol gives it its form: times are `Date`s, because every protocol writes them in its own way. */
export type WireTree = { readonly [name: string]: WireNode | undefined };
export type WireNode = string | number | boolean | Date | WireTree | readonly WireNode[];

/** As AWS's JSON protocols have it: times are seconds since 1970. */
export function toJson(tree: WireTree): JsonObject {
  const object: Record<string, JsonValue> = {};
  for (const [name, node] of Object.entries(tree)) if (node !== undefined) object[name] = jsonOf(node);
  return object;
}

function jsonOf(node: WireNode): JsonValue {
  if (node instanceof Date) return node.getTime() / 1000;
  if (Array.isArray(node)) return node.map(jsonOf);
  return typeof node === "object" ? toJson(node as WireTree) : node;
}

/** As AWS's query protocol has it: times are ISO 8601, lists are elements named `member`. */
export function toXml(tree: WireTree): string {
  return Object.entries(tree)
    .map(([name, node]) => (node === undefined ? "" : `<${name}>${xmlOf(node)}</${name}>`))
    .join("");
}

function xmlOf(node: WireNode): string {
  if (node instanceof Date) return node.toISOString();
  if (Array.isArray(node)) return node.map((member: WireNode) => `<member>${xmlOf(member)}</member>`).join("");
  return typeof node === "object" ? toXml(node as WireTree) : escapeXml(String(node));
}

const XML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML 1.0 has no way to write most control characters; they become spaces. */
const UNWRITABLE = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

export function escapeXml(text: string): string {
  return text.replace(UNWRITABLE, " ").replace(/[&<>"']/g, (char) => XML_ENTITIES[char] ?? char);
}
