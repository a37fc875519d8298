const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

export type TokenKind = "string" | "number" | "boolean" | "null" | "object" | "array";

/**
 * Reads JSON (RFC 8259, strictly) one value at a time, so that numbers keep their digits, keys that nobody asked for cost
 * no memory, and several documents may follow one another. Nothing recurses on the depth of the text.
 *
 * `next` takes a scalar whole and of an object or array the opening bracket; what follows is read by `nextKey` or
 * `nextElement`, or passed over by `skipRest`. Text that is no JSON throws `MalformedJson`.
 */
export class JsonCursor {
  readonly source: string;
  /** Of the last scalar: the text of a string, the digits of a number, `true` or `false`. */
  text = "";
  #at = 0;

  constructor(source: string) {
    this.source = source;
  }

  get at(): number {
    return this.#at;
  }

  /** Whether nothing but white space is left. */
  atEnd(): boolean {
    this.#skipBlanks();
    return this.#at >= this.source.length;
  }

  next(): TokenKind {
    switch (this.#skipBlanks()) {
      case QUOTE:
        this.text = this.#string();
        return "string";
      case OPEN_BRACE:
        this.#at++;
        return "object";
      case OPEN_BRACKET:
        this.#at++;
        return "array";
      case 0x74: // t
        return this.#word("true", "boolean");
      case 0x66: // f
        return this.#word("false", "boolean");
      case 0x6e: // n
        return this.#word("null", "null");
      default:
        return this.#number();
    }
  }

  /** The next key of the object that was opened, ready for its value; `undefined` behind the object's end. */
  nextKey(first: boolean): string | undefined {
    const byte = this.#skipBlanks();
    if (byte === CLOSE_BRACE) {
      this.#at++;
      return undefined;
    }
    if (!first) {
      if (byte !== COMMA) throw this.#unexpected("a comma or the end of the object");
      this.#at++;
    }
    if (this.#skipBlanks() !== QUOTE) throw this.#unexpected("a key in quotes");
    const key = this.#string();
    if (this.#skipBlanks() !== COLON) throw this.#unexpected("a colon after the key");
    this.#at++;
    return key;
  }

  /** Whether the array that was opened has one more element; `false` stands behind the array's end. */
  nextElement(first: boolean): boolean {
    const byte = this.#skipBlanks();
    if (byte === CLOSE_BRACKET) {
      this.#at++;
      return false;
    }
    if (first) return true;
    if (byte !== COMMA) throw this.#unexpected("a comma or the end of the array");
    this.#at++;
    return true;
  }

  /** Passes over what is left of a value that `next` has begun, and checks it. */
  skipRest(kind: TokenKind): void {
    if (kind !== "object" && kind !== "array") return;
    this.#walk(kind);
  }

  /** The value that `next` has begun as JSON without white space; keys pass through `renameKey`. */
  restAsText(kind: "object" | "array", renameKey: (key: string) => string): string {
    const parts: string[] = [];
    this.#walk(kind, parts, renameKey);
    return parts.join("");
  }

  #walk(kind: TokenKind, parts?: string[], renameKey?: (key: string) => string): void {
    const open: TokenKind[] = [kind];
    parts?.push(kind === "object" ? "{" : "[");
    for (let first = true; open.length > 0; ) {
      const inObject = open.at(-1) === "object";
      const key = inObject ? this.nextKey(first) : undefined;
      if (inObject ? key === undefined : !this.nextElement(first)) {
        open.pop();
        parts?.push(inObject ? "}" : "]");
        first = false;
        continue;
      }
      if (!first) parts?.push(",");
      if (key !== undefined) parts?.push(JSON.stringify(renameKey?.(key) ?? key), ":");
      const token = this.next();
      first = token === "object" || token === "array";
      if (first) {
        open.push(token);
        parts?.push(token === "object" ? "{" : "[");
      } else {
        parts?.push(token === "string" ? JSON.stringify(this.text) : token === "null" ? "null" : this.text);
      }
    }
  }

  #skipBlanks(): number {
    for (; ; this.#at++) {
      const code = this.source.charCodeAt(this.#at);
      if (code !== BLANK && code !== LINE_FEED && code !== CARRIAGE_RETURN && code !== TAB) return code;
    }
  }

  #string(): string {
    const start = ++this.#at;
    for (let at = start; ; at++) {
      const code = this.source.charCodeAt(at);
      if (code === QUOTE) {
        this.#at = at + 1;
        return this.source.slice(start, at);
      }
      if (code === BACKSLASH) return this.#escapedString(start, at);
      if (code >= BLANK) continue;
      this.#at = at;
      throw this.#unexpected("the end of the string");
    }
  }

  /** A string with escapes: its end is found here, what it means is left to the engine's own parser. */
  #escapedString(start: number, firstEscape: number): string {
    for (let at = firstEscape; at < this.source.length; at++) {
      const code = this.source.charCodeAt(at);
      if (code === BACKSLASH) at++;
      else if (code === QUOTE) {
        this.#at = at + 1;
        return this.#unescape(this.source.slice(start - 1, at + 1), start);
      }
    }
    this.#at = this.source.length;
    throw this.#unexpected("the end of the string");
  }

  #unescape(quoted: string, start: number): string {
    let text: string;
    try {
      text = JSON.parse(quoted);
    } catch {
      throw new MalformedJson(`Unexpected escape or control character in the string at character ${start}`);
    }
    if (!text.isWellFormed()) throw new MalformedJson(`Half of a surrogate pair in the string at character ${start}`);
    return text;
  }

  #word<Kind extends TokenKind>(word: string, kind: Kind): Kind {
    if (!this.source.startsWith(word, this.#at)) throw this.#unexpected("a value");
    this.#at += word.length;
    this.text = word;
    return kind;
  }

  #number(): "number" {
    NUMBER.lastIndex = this.#at;
    const [text] = NUMBER.exec(this.source) ?? [];
    if (text === undefined) throw this.#unexpected("a value");
    this.#at += text.length;
    this.text = text;
    return "number";
  }

  #unexpected(wanted: string): MalformedJson {
    if (this.#at >= this.source.length) return new MalformedJson(`Unexpected end of input, expected ${wanted}`);
    const got = JSON.stringify(String.fromCodePoint(this.source.codePointAt(this.#at) ?? 0));
    return new MalformedJson(`Unexpected ${got} at character ${this.#at}, expected ${wanted}`);
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Text that is no JSON. Expected with records from outside: caught where the record is judged. */
export class MalformedJson extends Error {
  override readonly name = "MalformedJson";
}
