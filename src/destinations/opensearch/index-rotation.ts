/**
 * A new index for each hour, day, week or month, by when a record arrived, in UTC (reference 2.4). The name of the index is
 * part of what a record is sent with: it never depends on when it is sent.
 */
export const ROTATIONS = ["none", "hour", "day", "week", "month"] as const;

export type Rotation = (typeof ROTATIONS)[number];

const DAY_MS = 86_400_000;
const SATURDAY = 6;

/** `stockdata` at 2016-02-25T13:00Z, day: `stockdata-2016-02-25`. */
export function rotatedIndex(index: string, rotation: Rotation, arrivalMs: number): string {
  const suffix = suffixOf(rotation, arrivalMs);
  return suffix === "" ? index : `${index}-${suffix}`;
}

function suffixOf(rotation: Rotation, arrivalMs: number): string {
  switch (rotation) {
    case "none":
      return "";
    case "hour":
      return isoPart(arrivalMs, "yyyy-MM-ddTHH").replace("T", "-");
    case "day":
      return isoPart(arrivalMs, "yyyy-MM-dd");
    case "week":
      return weekOf(arrivalMs);
    case "month":
      return isoPart(arrivalMs, "yyyy-MM");
  }
}

/** The beginning of the ISO form that is as long as `pattern`. */
function isoPart(timeMs: number, pattern: string): string {
  return new Date(timeMs).toISOString().slice(0, pattern.length);
}

/**
 * Weeks of the United States, as AWS defines them: they begin on Sundays, and week 1 is the first with a Saturday in the
 * year, so a week belongs to the year of its Saturday. AWS's own example (25 February 2016 in w08) is a week behind its
 * definition; the definition is followed.
 */
function weekOf(timeMs: number): string {
  const saturday = new Date(timeMs + (SATURDAY - new Date(timeMs).getUTCDay()) * DAY_MS);
  const year = saturday.getUTCFullYear();
  const dayOfYear = Math.floor((saturday.getTime() - Date.UTC(year, 0, 1)) / DAY_MS);
  const week = Math.floor(dayOfYear / 7) + 1;
  return `${String(year).padStart(4, "0")}-w${String(week).padStart(2, "0")}`;
}
