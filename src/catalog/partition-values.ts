/** The values of a partition as a text of its own: no two lists have the same. */
export function keyOfValues(values: readonly string[]): string {
  return JSON.stringify(values);
}

/** The order of partitions: by the first value, then by the next, as texts. Negative when `a` comes first. */
export function compareValues(a: readonly string[], b: readonly string[]): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index++) {
    const [left = "", right = ""] = [a[index], b[index]];
    if (left !== right) return left < right ? -1 : 1;
  }
  return a.length - b.length;
}

/** Values for people: `2024/01`. Long ones are cut. */
export function shownValues(values: readonly string[]): string {
  const text = values.join("/");
  return text.length <= SHOWN_LENGTH_MAX ? text : `${text.slice(0, SHOWN_LENGTH_MAX)}…`;
}

const SHOWN_LENGTH_MAX = 120;
