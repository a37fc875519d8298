import { type Answer, type Check, isMet, type Question, type Row } from "../question.ts";

const NAME_WIDTH = 44;
const VALUE_WIDTH = 12;

/** The answer as people read it: ratios and limits first, then the figures that they come from. */
export function answerText(question: Question, answer: Answer): string {
  return [
    `== ${question.name}: ${question.asks}`,
    ...answer.checks.map(checkText),
    "",
    ...tableLines(answer.rows),
    ...(answer.notes ?? []).map((note) => `  ${note}`),
    "",
  ].join("\n");
}

function checkText(check: Check): string {
  const { what, value, unit, limit } = check;
  const number = `${numberText(value)}${unit === undefined ? "" : ` ${unit}`}`;
  const line = `  ${what.padEnd(NAME_WIDTH)}${number.padEnd(20)}`;
  if (limit === undefined) return line.trimEnd();
  const bound = `${limit.as} ${limit.kind} ${numberText(limit.value)}`;
  return `${line}${bound.padEnd(24)}${isMet(check) ? "met" : "NOT MET"}`;
}

function tableLines(rows: readonly Row[]): readonly string[] {
  const columns = [...new Set(rows.flatMap(({ values }) => Object.keys(values)))];
  const widths = columns.map((column) => Math.max(VALUE_WIDTH, column.length + 2));
  const nameWidth = Math.max(...rows.map(({ name }) => name.length)) + 2;
  const line = (name: string, cells: readonly string[]) =>
    `  ${name.padEnd(nameWidth)}${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join("")}`;
  return [
    line("", columns),
    ...rows.map(({ name, values }) =>
      line(
        name,
        columns.map((column) => numberText(values[column] ?? Number.NaN)),
      ),
    ),
  ];
}

/** Three digits are more than the machine repeats. */
function numberText(value: number): string {
  if (!Number.isFinite(value)) return "-";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(size >= 10 ? 1 : size >= 1 ? 2 : 3);
}
