/** What values are compared as. The values of partitions are texts; the type of their key says what they mean. */
export type ComparedAs = "text" | "number" | "date" | "timestamp";

/** Two of one kind are compared with `<` and `===`. */
export type Comparable = string | bigint;

/** How Hive names the partition of rows that have no value there. */
export const NULL_PARTITION_VALUE = "__HIVE_DEFAULT_PARTITION__";

/** How values of a type are compared; `undefined` for types that Glue takes no filter on. */
export function comparedAsOf(type: string): ComparedAs | undefined {
  const [name = ""] = type.toLowerCase().split("(");
  return COMPARED_AS.get(name.trim());
}

const COMPARED_AS: ReadonlyMap<string, ComparedAs> = new Map([
  ["string", "text"],
  ["varchar", "text"],
  ["char", "text"],
  ["tinyint", "number"],
  ["smallint", "number"],
  ["int", "number"],
  ["integer", "number"],
  ["bigint", "number"],
  ["long", "number"],
  ["decimal", "number"],
  ["date", "date"],
  ["timestamp", "timestamp"],
]);

/** How two values of different types are compared, as SQL does: texts become what they stand beside. */
export function commonComparison(a: ComparedAs, b: ComparedAs): ComparedAs | undefined {
  if (a === b || b === "text") return a;
  if (a === "text") return b;
  return a === "number" || b === "number" ? undefined : "timestamp";
}

/** The value to compare; `undefined` for a text that is no such value. */
export function comparableOf(text: string, as: ComparedAs): Comparable | undefined {
  switch (as) {
    case "text":
      return text;
    case "number":
      return numberOf(text);
    case "date":
      return dateOf(text);
    case "timestamp":
      return timestampOf(text);
  }
}

/** Digits behind the point of the finest `decimal`: numbers are counted in these units, so that they compare exactly. */
const SCALE_MAX = 38;

function numberOf(text: string): bigint | undefined {
  const [, sign = "", whole = "", fraction = ""] = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text.trim()) ?? [];
  if (whole + fraction === "" || fraction.length > SCALE_MAX) return undefined;
  const units = BigInt(whole + fraction.padEnd(SCALE_MAX, "0"));
  return sign === "-" ? -units : units;
}

/** Dates compare as their text does: all have the same length. */
function dateOf(text: string): string | undefined {
  const [date, year = "", month = "", day = ""] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text.trim()) ?? [];
  const time = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date !== undefined && time.getUTCMonth() === Number(month) - 1 ? date : undefined;
}

/** `2024-05-06 07:08:09.123`, also with a T, without a fraction, or a date alone, which is its midnight. */
function timestampOf(text: string): string | undefined {
  const [day = "", time = "00:00:00", ...more] = text.trim().split(/[ T]/);
  const [, seconds, fraction = ""] = /^((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(?:\.(\d{1,9}))?$/.exec(time) ?? [];
  const date = dateOf(day);
  if (date === undefined || seconds === undefined || more.length > 0) return undefined;
  return `${date} ${seconds}.${fraction.padEnd(9, "0")}`;
}
