import { unsupported } from "../query-error.ts";

/** What a letter of MySQL's date patterns, which Trino's `date_parse` and `date_format` take, is in C's. */
const LETTERS: Readonly<Record<string, string>> = {
  a: "%a",
  b: "%b",
  c: "%-m",
  d: "%d",
  e: "%-d",
  f: "%f",
  H: "%H",
  h: "%I",
  I: "%I",
  i: "%M",
  j: "%j",
  k: "%-H",
  l: "%-I",
  M: "%B",
  m: "%m",
  p: "%p",
  r: "%I:%M:%S %p",
  S: "%S",
  s: "%S",
  T: "%H:%M:%S",
  v: "%V",
  W: "%A",
  x: "%G",
  Y: "%Y",
  y: "%y",
  "%": "%%",
};

/** `%Y-%m-%d %H:%i` in MySQL's words becomes `%Y-%m-%d %H:%M` in those of C and DuckDB. */
export function datePattern(pattern: string): string {
  return pattern.replace(/%(.?)/gs, (_, letter: string) => {
    const translated = Object.hasOwn(LETTERS, letter) ? LETTERS[letter] : undefined;
    if (translated === undefined) throw unsupported(`%${letter} in the date pattern ${JSON.stringify(pattern)}`);
    return translated;
  });
}
