/** How Java's DateTimeFormatter writes zones: names (`z`, `v`) and offsets (`O`, `X`, `x`, `Z`). */

/** Formatters for names are made once: a process sees few zones and few widths. */
const nameFormatters = new Map<string, Intl.DateTimeFormat>();
const NAME_FORMATTERS_MAX = 1000;

export function zoneName(letter: string, count: number, atMs: number, timeZone: string): string {
  const long = count === 4;
  if (timeZone === "UTC") return long ? "Coordinated Universal Time" : "UTC";
  const generic = letter === "v";
  const style = generic ? (long ? "longGeneric" : "shortGeneric") : long ? "long" : "short";
  const key = `${style} ${timeZone}`;
  let formatter = nameFormatters.get(key);
  if (formatter === undefined) {
    if (nameFormatters.size >= NAME_FORMATTERS_MAX) nameFormatters.clear();
    formatter = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: style });
    nameFormatters.set(key, formatter);
  }
  return formatter.formatToParts(atMs).find((part) => part.type === "timeZoneName")?.value ?? timeZone;
}

export function offsetText(letter: string, count: number, offsetSeconds: number): string {
  if (letter === "O" || (letter === "Z" && count === 4)) return localizedOffset(offsetSeconds, count === 4);
  if (letter === "Z") return count === 5 ? offset(offsetSeconds, 5, "Z") : offset(offsetSeconds, 2, "+0000");
  const zero = count === 1 ? "+00" : count % 2 === 0 ? "+0000" : "+00:00";
  return offset(offsetSeconds, count, letter === "X" ? "Z" : zero);
}

/** `width` as the letters `X` to `XXXXX`: hours; hours and minutes; with a colon; with seconds; with both. */
function offset(offsetSeconds: number, width: number, zero: string): string {
  if (offsetSeconds === 0) return zero;
  const { sign, hours, minutes, seconds } = split(offsetSeconds);
  const colon = width === 3 || width === 5 ? ":" : "";
  const withMinutes = width > 1 || minutes !== "00";
  const withSeconds = width > 3 && seconds !== "00";
  return `${sign}${hours}${withMinutes ? colon + minutes : ""}${withSeconds ? colon + seconds : ""}`;
}

function localizedOffset(offsetSeconds: number, full: boolean): string {
  if (offsetSeconds === 0) return "GMT";
  const { sign, hours, minutes, seconds } = split(offsetSeconds);
  const secondsText = seconds === "00" ? "" : `:${seconds}`;
  if (full) return `GMT${sign}${hours}:${minutes}${secondsText}`;
  const withMinutes = minutes !== "00" || secondsText !== "";
  return `GMT${sign}${Number(hours)}${withMinutes ? `:${minutes}${secondsText}` : ""}`;
}

function split(offsetSeconds: number) {
  const total = Math.abs(offsetSeconds);
  const two = (value: number) => String(value).padStart(2, "0");
  return {
    sign: offsetSeconds < 0 ? "-" : "+",
    hours: two(Math.floor(total / 3600)),
    minutes: two(Math.floor(total / 60) % 60),
    seconds: two(total % 60),
  };
}
