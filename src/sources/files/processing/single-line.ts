import type { Conversion } from "./conversion.ts";

/** `SINGLELINE`: the lines of a record, each without the space around it, joined by nothing. */
export const singleLine: Conversion = (record) => {
  const lines = record.toString("utf8").split("\n");
  return Buffer.from(`${lines.map(trimAsJava).join("")}\n`);
};

/** Java trims what is no greater than a space, control characters too, and no other kind of space. */
function trimAsJava(line: string): string {
  let start = 0;
  let end = line.length;
  while (start < end && line.charCodeAt(start) <= 0x20) start++;
  while (end > start && line.charCodeAt(end - 1) <= 0x20) end--;
  return line.slice(start, end);
}
