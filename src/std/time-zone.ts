/** What a wall clock in some zone shows at an instant. */
export interface ZonedFields {
  /** Proleptic: year 0 comes before year 1. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 1 = Monday to 7 = Sunday. */
  readonly weekday: number;
  /** 1 to 366. */
  readonly dayOfYear: number;
  /** How far the zone is ahead of UTC at this instant. */
  readonly offsetSeconds: number;
}

/** Since 1972 every zone changes its offset on a whole minute; before it, local mean times differ by odd seconds. */
const WHOLE_MINUTES_SINCE_MS = Date.UTC(1972, 0, 1);
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Zones in one process; a name comes from a definition that was checked, so the number is small. */
const FORMATTERS_MAX = 700;

interface ZoneState {
  readonly formatter: Intl.DateTimeFormat;
  /** The minute that was asked for last, and its offset: batches arrive in time order. */
  minute: number;
  offsetSeconds: number;
}

const zones = new Map<string, ZoneState>();

/** The fields of `atMs` in `timeZone`, a checked IANA id. Cheap within one minute, about a microsecond otherwise. */
export function zonedFields(atMs: number, timeZone: string): ZonedFields {
  const offsetSeconds = zoneOffsetSeconds(atMs, timeZone);
  const local = new Date(Math.floor(atMs / 1000) * 1000 + offsetSeconds * 1000);
  const year = local.getUTCFullYear();
  const startOfYear = new Date(local.getTime()).setUTCMonth(0, 1);
  return {
    year,
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    weekday: ((local.getUTCDay() + 6) % 7) + 1,
    dayOfYear: Math.round((local.getTime() - startOfYear) / DAY_MS) + 1,
    offsetSeconds,
  };
}

/** How far `timeZone` is ahead of UTC at `atMs`, seconds. */
export function zoneOffsetSeconds(atMs: number, timeZone: string): number {
  if (timeZone === "UTC") return 0;
  const state = stateOf(timeZone);
  if (atMs < WHOLE_MINUTES_SINCE_MS) return readOffset(state.formatter, atMs);
  const minute = Math.floor(atMs / MINUTE_MS);
  if (minute !== state.minute) {
    state.offsetSeconds = readOffset(state.formatter, minute * MINUTE_MS);
    state.minute = minute;
  }
  return state.offsetSeconds;
}

/**
 * The first instant at which the wall clock of `timeZone` shows the given local time. A time that the clock skips (spring)
 * gives the instant of the jump; one that it shows twice (autumn) gives the earlier instant.
 */
export function instantOfLocal(
  local: {
    readonly year: number;
    readonly month: number;
    readonly day: number;
    readonly hour: number;
    readonly minute: number;
  },
  timeZone: string,
): number {
  const asUtcMs = Date.UTC(local.year, local.month - 1, local.day, local.hour, local.minute);
  const before = zoneOffsetSeconds(asUtcMs - DAY_MS, timeZone);
  const after = zoneOffsetSeconds(asUtcMs + DAY_MS, timeZone);
  const candidates = [asUtcMs - before * 1000, asUtcMs - after * 1000].sort((left, right) => left - right);
  for (const candidate of candidates) {
    if (zoneOffsetSeconds(candidate, timeZone) * 1000 === asUtcMs - candidate) return candidate;
  }
  return findJump(asUtcMs - DAY_MS, asUtcMs + DAY_MS, timeZone);
}

/**
 * Whether `text` names a zone of the IANA database as the database spells it. Offsets (`+09:00`) and the three-letter
 * inventions of old (`PST`, `JST`) are not names of the database, although the runtime would take them.
 */
export function isTimeZone(text: string): boolean {
  if (text === "UTC") return true;
  if (!/^[A-Z][A-Za-z0-9_+-]*(\/[A-Z][A-Za-z0-9_+-]*)*$/.test(text)) return false;
  if (/^[A-Z]{3}$/.test(text) && !THREE_LETTER_ZONES.has(text)) return false;
  try {
    stateOf(text);
    return true;
  } catch {
    return false;
  }
}

const THREE_LETTER_ZONES = new Set("CET EET EST GMT HST MET MST PRC ROC ROK UCT WET".split(" "));

function findJump(fromMs: number, toMs: number, timeZone: string): number {
  const offset = zoneOffsetSeconds(fromMs, timeZone);
  let low = fromMs;
  let high = toMs;
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (zoneOffsetSeconds(middle, timeZone) === offset) low = middle;
    else high = middle;
  }
  return high;
}

function stateOf(timeZone: string): ZoneState {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const formatter = new Intl.DateTimeFormat("en-US", { timeZone, timeZoneName: "longOffset" });
  if (zones.size >= FORMATTERS_MAX) zones.clear();
  const state = { formatter, minute: Number.NaN, offsetSeconds: 0 };
  zones.set(timeZone, state);
  return state;
}

/** Reads `GMT+05:45`, `GMT-04:56:02`, or `GMT` from the end of a formatted date. */
function readOffset(formatter: Intl.DateTimeFormat, atMs: number): number {
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(formatter.format(atMs)) ?? [];
  const total = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -total : total;
}
