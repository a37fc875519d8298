import type { Command } from "commander";
import type { CliContext } from "./cli-context.ts";

/** Everything that prints also prints JSON: `--json` on any command, one value, for scripts. */
export function wantsJson(command: Command): boolean {
  return command.optsWithGlobals<{ json?: boolean }>().json === true;
}

/** Prints `value` as JSON with `--json`, else the lines that `human` makes of it. */
export function print<T>(
  context: CliContext,
  command: Command,
  value: T,
  human: (value: T) => readonly string[],
): void {
  const lines = wantsJson(command) ? [JSON.stringify(value, null, 2)] : human(value);
  for (const line of lines) context.stdout.write(`${line}\n`);
}

/** Columns under headings, numbers to the right. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const cells = [headings, ...rows].map((row) => row.map(cellText));
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? "").length)));
  const right = headings.map((_, column) => rows.length > 0 && rows.every((row) => isNumeric(row[column] ?? "")));
  return cells.map((row) =>
    row
      .map((cell, column) => (right[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd(),
  );
}

function isNumeric(cell: string | number): boolean {
  return typeof cell === "number" || /^-?\d+(\.\d+)?$/.test(cell);
}

function cellText(value: string | number): string {
  return typeof value === "number" ? value.toLocaleString("en-US") : value;
}

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"];

export function bytesText(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${BYTE_UNITS[power]}`;
}
