/** How far a zone is ahead of UTC at a moment, in seconds. */
export type ZoneOffset = (epochSeconds: number) => number;

/** Offsets change on quarters of an hour, nowhere in between. */
const STEP_SECONDS = 900;

/** Moments that are remembered: those of a year of quarters, and then some. */
const KNOWN_MAX = 50_000;

/**
 * Offsets of the zone that a file's writer was in: ORC keeps wall clocks as seconds from the start of 2015 there. Throws for
 * a zone that nobody knows.
 */
export function zoneOffset(name: string): ZoneOffset {
  if (name === "" || /^(Etc\/)?(UTC|GMT|UCT|Zulu|Universal)$/i.test(name)) return () => 0;
  const format = new Intl.DateTimeFormat("en-US", { timeZone: name, timeZoneName: "longOffset" });
  const known = new Map<number, number>();
  return (epochSeconds) => {
    const step = Math.floor(epochSeconds / STEP_SECONDS);
    const found = known.get(step);
    if (found !== undefined) return found;
    if (known.size >= KNOWN_MAX) known.clear();
    const offset = offsetIn(format.format(new Date(step * STEP_SECONDS * 1000)));
    known.set(step, offset);
    return offset;
  };
}

/** `1/1/2015, GMT-08:00`; `GMT` alone is none. Old offsets have seconds. */
function offsetIn(text: string): number {
  const [, sign, hours, minutes = "0", seconds = "0"] = /GMT([+-])(\d+):?(\d+)?:?(\d+)?/.exec(text) ?? [];
  if (hours === undefined) return 0;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}
