/**
 * Patterns of Java's DateTimeFormatter, because that is what people wrote into `!{timestamp:…}`.
 *
 * The rules for counts are Java's own: a letter that is repeated too often is refused, as Java refuses it. Letters that
 * Firehose refuses (reference 1.9) are refused, whatever Java thinks of them. `[` and `]` mark optional sections, which
 * are always written, since every field of an instant is known.
 */
export interface DatePattern {
  readonly parts: readonly DatePart[];
}

export type DatePart =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "field"; readonly letter: string; readonly count: number };

/** Letters that Firehose refuses (reference 1.9): those that Java does not know, and the two that it reserves or pads with. */
const REFUSED_LETTERS = new Set("CIJPRTUVbfijloprt");

/** How often a letter may stand in a row. Java's rules; letters with an absent entry take any count up to 19. */
const COUNTS: Readonly<Record<string, readonly number[]>> = {
  G: [1, 2, 3, 4, 5],
  D: [1, 2, 3],
  M: [1, 2, 3, 4, 5],
  L: [1, 2, 3, 4, 5],
  Q: [1, 2, 3, 4, 5],
  q: [1, 2, 3, 4, 5],
  E: [1, 2, 3, 4, 5],
  e: [1, 2, 3, 4, 5],
  c: [1, 3, 4, 5],
  d: [1, 2],
  h: [1, 2],
  H: [1, 2],
  k: [1, 2],
  K: [1, 2],
  m: [1, 2],
  s: [1, 2],
  S: [1, 2, 3, 4, 5, 6, 7, 8, 9],
  F: [1],
  a: [1],
  B: [1, 4, 5],
  W: [1],
  w: [1, 2],
  z: [1, 2, 3, 4],
  v: [1, 4],
  Z: [1, 2, 3, 4, 5],
  O: [1, 4],
  X: [1, 2, 3, 4, 5],
  x: [1, 2, 3, 4, 5],
};

/** Widest number that Java writes (DateTimeFormatterBuilder, appendValue). */
const WIDTH_MAX = 19;

/** Fields that say minutes or less: they come from the oldest record alone and never split a partition. */
const FINE_LETTERS = new Set("msSAnN");
/** Fields that say seconds or less. */
const SECOND_LETTERS = new Set("sSAnN");

/** Reads a pattern, or says in a few words why it is none. */
export function parseDatePattern(text: string): DatePattern | { readonly reason: string } {
  const parts: DatePart[] = [];
  let optionalDepth = 0;
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (/[A-Za-z]/.test(character)) {
      let end = at + 1;
      while (text.charAt(end) === character) end++;
      const reason = refuseField(character, end - at);
      if (reason !== undefined) return { reason };
      parts.push({ kind: "field", letter: character, count: end - at });
      at = end;
    } else if (character === "'") {
      const quoted = readQuoted(text, at);
      if (quoted === undefined) return { reason: "a quote is opened and not closed" };
      parts.push({ kind: "literal", text: quoted.text });
      at = quoted.end;
    } else if (character === "{" || character === "}" || character === "#") {
      return { reason: `${character} is reserved` };
    } else {
      if (character === "[") optionalDepth++;
      else if (character === "]") optionalDepth--;
      else parts.push({ kind: "literal", text: character });
      if (optionalDepth < 0) return { reason: "] closes no [" };
      at++;
    }
  }
  return { parts };
}

/** Whether a new value of this part starts a new partition. */
export function isCoarse(part: DatePart): boolean {
  return part.kind === "field" && !FINE_LETTERS.has(part.letter);
}

export function hasSeconds(pattern: DatePattern): boolean {
  return pattern.parts.some((part) => part.kind === "field" && SECOND_LETTERS.has(part.letter));
}

export function hasWeekBasedYear(pattern: DatePattern): boolean {
  return pattern.parts.some((part) => part.kind === "field" && part.letter === "Y");
}

function refuseField(letter: string, count: number): string | undefined {
  if (REFUSED_LETTERS.has(letter)) return `${letter} is not a conversion character`;
  const counts = COUNTS[letter];
  const fits = counts === undefined ? count <= WIDTH_MAX : counts.includes(count);
  return fits ? undefined : `${letter} cannot be repeated ${count} times`;
}

/** Text between single quotes from `start` on; two quotes in a row are one quote. */
function readQuoted(text: string, start: number): { readonly text: string; readonly end: number } | undefined {
  let quoted = "";
  for (let at = start + 1; at < text.length; at++) {
    if (text.charAt(at) !== "'") quoted += text.charAt(at);
    else if (text.charAt(at + 1) === "'") {
      quoted += "'";
      at++;
    } else return { text: at === start + 1 ? "'" : quoted, end: at + 1 };
  }
  return undefined;
}
