import type { StreamRequest } from "./draft.ts";

/** The stream as it stands in a configuration file. */
export function yamlText(request: StreamRequest): string {
  return `streams:\n  - ${block(request, 4).trimStart()}`;
}

/** Texts that YAML takes as they are; everything else goes in quotes, as JSON has them. */
const PLAIN = /^[A-Za-z/][A-Za-z0-9_./-]*$/;
const WORDS = /^(true|false|null|yes|no|on|off|y|n)$/i;

function block(value: object, indent: number): string {
  const margin = " ".repeat(indent);
  if (Array.isArray(value)) {
    return value.map((item) => `${margin}- ${itemText(item, indent + 2)}`).join("");
  }
  return Object.entries(value)
    .map(([name, member]) => `${margin}${name}:${memberText(member, indent + 2)}`)
    .join("");
}

function itemText(item: unknown, indent: number): string {
  return typeof item === "object" && item !== null ? block(item, indent).trimStart() : `${scalar(item)}\n`;
}

function memberText(member: unknown, indent: number): string {
  if (typeof member !== "object" || member === null) return ` ${scalar(member)}\n`;
  return Object.keys(member).length === 0 ? " {}\n" : `\n${block(member, indent)}`;
}

function scalar(value: unknown): string {
  return typeof value === "string" && PLAIN.test(value) && !WORDS.test(value) ? value : JSON.stringify(value);
}
