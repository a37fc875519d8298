import { QueryError, unsupported } from "../query-error.ts";

/** A regular expression in RE2's words, and what of it RE2 has no words for. */
export interface LinePattern {
  readonly expression: string;
  /** Lines that begin with a match of this do not match. */
  readonly notBefore?: string;
  readonly groups: number;
}

/**
 * A regular expression of Java, as tables of logs have it, for RE2, which DuckDB matches with: it knows no backtracking, so
 * that no line can keep it busy, and for that no lookaround, no backreferences and no possessive quantifiers. Those are
 * refused by name, but for one that Amazon's own table of CloudFront logs needs: a negative lookahead at the very start
 * (`^(?!#)`) is a condition of its own.
 */
export function linePattern(java: string, ignoresCase: boolean): LinePattern {
  const flags = ignoresCase ? "(?i)" : "";
  const start = /^\^?\(\?!((?:[^()[\]\\]|\\.)+)\)/s.exec(java);
  const reader = new PatternReader(start === null ? java : java.slice(start[0].length));
  const { expression, groups } = reader.read();
  const rest = { expression: `${flags}${expression}`, groups };
  return start === null
    ? rest
    : { ...rest, notBefore: `${flags}${new PatternReader(start[1] ?? "").read().expression}` };
}

/** RE2 repeats no more often than this. */
const REPETITIONS_MAX = 1000;

/** Escapes of Java that RE2 writes in another way, outside of a class and, where they may stand there, inside. */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ["e", "\\x{1B}"],
  ["h", "[ \\t\\x{A0}]"],
  ["H", "[^ \\t\\x{A0}]"],
  ["R", "(?:\\r\\n|[\\n\\r])"],
  ["Z", "\\z"],
]);

/** `\p{Alpha}` and its like; what is not here are names of Unicode, which both have. */
const POSIX_CLASSES: ReadonlySet<string> = new Set([
  "Lower",
  "Upper",
  "ASCII",
  "Alpha",
  "Digit",
  "Alnum",
  "Punct",
  "Graph",
  "Print",
  "Blank",
  "Cntrl",
  "XDigit",
  "Space",
]);

class PatternReader {
  readonly #java: string;
  #at = 0;
  #groups = 0;

  constructor(java: string) {
    this.#java = java;
  }

  read(): LinePattern {
    let expression = "";
    while (this.#at < this.#java.length) expression += this.#next();
    return { expression, groups: this.#groups };
  }

  #next(): string {
    const character = this.#java[this.#at] ?? "";
    if (character === "\\") return this.#escape(false);
    if (character === "[") return this.#class();
    if (character === "(") return this.#group();
    if ("*+?}".includes(character) && this.#java[this.#at + 1] === "+" && this.#at > 0) {
      throw refused(`the possessive quantifier ${character}+`);
    }
    if (character === "{") this.#checkRepetition();
    this.#at++;
    return character;
  }

  #checkRepetition(): void {
    const counts = /^\{(\d+)(?:,(\d*))?\}/.exec(this.#java.slice(this.#at, this.#at + 32));
    const most = Math.max(Number(counts?.[1] ?? 0), Number(counts?.[2] ?? 0));
    if (most > REPETITIONS_MAX) throw refused(`more than ${REPETITIONS_MAX} repetitions`);
  }

  #group(): string {
    const opening =
      /^\((\?(?:<?[=!]|>|<[A-Za-z][A-Za-z0-9]*>|[a-zA-Z-]*[:)])?)?/.exec(this.#java.slice(this.#at))?.[0] ?? "(";
    this.#at += opening.length;
    if (/^\(\?<?[=!]/.test(opening)) throw refused(`lookaround ${opening}`);
    if (opening === "(?>") throw refused("the atomic group (?>");
    if (/^\(\?[a-zA-Z-]*[dux]/.test(opening)) throw refused(`the flags ${opening}`);
    if (opening === "(" || opening.startsWith("(?<")) {
      this.#groups++;
      return "(";
    }
    return opening;
  }

  #class(): string {
    const end = this.#java.startsWith("[^", this.#at) ? this.#at + 2 : this.#at + 1;
    let text = this.#java.slice(this.#at, end);
    this.#at = end;
    for (let first = true; this.#java[this.#at] !== "]" || first; first = false) {
      const character = this.#java[this.#at];
      if (character === undefined) throw new QueryError("data", `Expected the end of a class in ${this.#java}`);
      if (character === "[") throw refused("a class within a class");
      if (this.#java.startsWith("&&", this.#at)) throw refused("the intersection of classes &&");
      if (character === "\\") text += this.#escape(true);
      else {
        text += character;
        this.#at++;
      }
    }
    this.#at++;
    return `${text}]`;
  }

  #escape(inClass: boolean): string {
    const rest = this.#java.slice(this.#at);
    const code = /^\\u([0-9A-Fa-f]{4})/.exec(rest) ?? /^\\0([0-7]{1,3})/.exec(rest);
    if (code !== null) {
      this.#at += code[0].length;
      const value = Number.parseInt(code[1] ?? "", rest[1] === "u" ? 16 : 8);
      return `\\x{${value.toString(16).toUpperCase()}}`;
    }
    const named = /^\\([pP])\{(\w+)\}/.exec(rest);
    if (named !== null && POSIX_CLASSES.has(named[2] ?? "")) {
      this.#at += named[0].length;
      const posix = `[:${named[1] === "P" ? "^" : ""}${named[2]?.toLowerCase()}:]`;
      return inClass ? posix : `[${posix}]`;
    }
    return this.#simpleEscape(rest[1], inClass);
  }

  #simpleEscape(letter: string | undefined, inClass: boolean): string {
    if (letter === undefined) throw new QueryError("data", `Expected a character behind the last \\ of ${this.#java}`);
    if (/[1-9k]/.test(letter)) throw refused(`the backreference \\${letter}`);
    if (/[GXcNVv]/.test(letter)) throw refused(`\\${letter}`);
    this.#at += 2;
    const written = ESCAPES.get(letter);
    if (written === undefined) return letter > "\x7f" || letter === "_" || letter === " " ? letter : `\\${letter}`;
    return inClass && written.startsWith("[") ? written.slice(1, -1) : written;
  }
}

function refused(what: string): QueryError {
  return unsupported(`The regular expression of the table: ${what}`, "RE2, which matches in linear time, has none");
}
