import type { JsonNode } from "../../std/json-node.ts";

/** A JSON array as PostgreSQL reads arrays: `{1,"two",NULL,{3}}`. Elements that are objects are their text. */
export function arrayLiteral(array: JsonNode): string {
  return `{${array.elements().map(elementText).join(",")}}`;
}

function elementText(element: JsonNode): string {
  if (element.kind === "null") return "NULL";
  if (element.kind === "array") return arrayLiteral(element);
  if (element.kind === "number" || element.kind === "boolean") return element.raw;
  return `"${element.text.replaceAll(/["\\]/g, "\\$&")}"`;
}
