/** A decimal number as its digits: ± digits × 10^exponent. Zero has no digits; others begin and end in one that is not 0. */
export interface DecimalDigits {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

/** Reads a number as JSON or Java writes it: no blanks, at least one digit. `undefined` when it is none. */
export function parseDecimal(text: string): DecimalDigits | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", power = "0"] = match;
  if (whole === "" && fraction === "") return undefined;
  const all = whole + fraction;
  let from = 0;
  let to = all.length;
  while (from < to && all[from] === "0") from++;
  while (from < to && all[to - 1] === "0") to--;
  const digits = all.slice(from, to);
  const exponent = digits === "" ? 0 : Number(power) - fraction.length + (all.length - to);
  return { negative: sign === "-", digits, exponent };
}

/**
 * The number times 10^scale as a whole number of at most `precision` digits, `undefined` when it needs more. Digits
 * beyond the scale are rounded half up, away from zero, as Hive does.
 */
export function scaledInteger(number: DecimalDigits, precision: number, scale: number): bigint | undefined {
  const { negative, digits, exponent } = number;
  const shift = exponent + scale;
  if (digits.length + shift > precision) return undefined;
  let value: bigint;
  if (shift >= 0) value = BigInt(digits + "0".repeat(digits === "" ? 0 : shift));
  else if (-shift > digits.length) value = 0n;
  else {
    const kept = digits.length + shift;
    value = BigInt(digits.slice(0, kept)) + (digits.charAt(kept) >= "5" ? 1n : 0n);
    if (value >= 10n ** BigInt(precision)) return undefined;
  }
  return negative ? -value : value;
}

/** The number if it is a whole one of at most `precision` digits; `undefined` otherwise. */
export function wholeNumber(number: DecimalDigits, precision: number): bigint | undefined {
  return number.exponent < 0 ? undefined : scaledInteger(number, precision, 0);
}
