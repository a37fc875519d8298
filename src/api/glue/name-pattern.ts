import { WireError } from "../protocol/wire-error.ts";

/**
 * The regular expressions of GetTables, as far as people write them for names: characters, `.`, classes such as `[a-z_]`,
 * escapes such as `\\d`, anchors, `?`, `*` and `+` behind any of these, and `|` between alternatives. Groups are refused.
 *
 * A client's expression must not be able to keep the server busy, so it is not handed to a backtracking engine: all ways
 * to match are followed at once, and the time is the length of the name times that of the expression.
 */
export function namePattern(expression: string): (name: string) => boolean {
  const alternatives = new Parser(expression.toLowerCase()).alternatives();
  return (name) => alternatives.some((steps) => matches(steps, name));
}

interface Step {
  readonly takes: (character: string) => boolean;
  /** May be left out, may come again. */
  readonly optional: boolean;
  readonly repeated: boolean;
}

function matches(steps: readonly Step[], name: string): boolean {
  let places = withSkipped(steps, new Set([0]));
  for (const character of name) {
    const next = new Set<number>();
    for (const place of places) {
      const step = steps[place];
      if (step?.takes(character) !== true) continue;
      next.add(place + 1);
      if (step.repeated) next.add(place);
    }
    places = withSkipped(steps, next);
  }
  return places.has(steps.length);
}

/** Adds the places that are reached by leaving optional steps out; a Set goes on to what is added meanwhile. */
function withSkipped(steps: readonly Step[], places: Set<number>): Set<number> {
  for (const place of places) if (steps[place]?.optional === true) places.add(place + 1);
  return places;
}

const CLASSES: Readonly<Record<string, RegExp>> = { d: /\d/, w: /\w/, s: /\s/ };

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  alternatives(): readonly (readonly Step[])[] {
    const alternatives: Step[][] = [[]];
    while (this.#at < this.#text.length) {
      const character = this.#next();
      if (character === "|") alternatives.push([]);
      else if (!isAnchor(character)) alternatives.at(-1)?.push(this.#step(character));
    }
    return alternatives;
  }

  #step(character: string): Step {
    // Many write a lone star for "anything".
    if (character === "*" && this.#at === 1) return { takes: () => true, optional: true, repeated: true };
    const takes = this.#takes(character);
    const quantifier = this.#text[this.#at] ?? "";
    if (quantifier !== "" && "?*+".includes(quantifier)) this.#at++;
    return {
      takes,
      optional: quantifier === "?" || quantifier === "*",
      repeated: quantifier === "*" || quantifier === "+",
    };
  }

  #takes(character: string): (given: string) => boolean {
    if (character === ".") return () => true;
    if (character === "\\") return this.#escaped();
    if (character === "[") return this.#class();
    if ("(){}?*+".includes(character)) return this.#refuse("no groups, braces or quantifiers without a character");
    return (given) => given === character;
  }

  #escaped(): (given: string) => boolean {
    const character = this.#next();
    const found = CLASSES[character];
    return found === undefined ? (given) => given === character : (given) => found.test(given);
  }

  #class(): (given: string) => boolean {
    const end = this.#text.indexOf("]", this.#at + 1);
    if (end < 0) this.#refuse("a closing ]");
    const negated = this.#text[this.#at] === "^";
    const members = [...this.#text.slice(this.#at + (negated ? 1 : 0), end)];
    this.#at = end + 1;
    const ranges: [string, string][] = [];
    for (let index = 0; index < members.length; index++) {
      const [from = "", dash, to] = members.slice(index, index + 3);
      if (dash === "-" && to !== undefined) index += 2;
      ranges.push([from, dash === "-" && to !== undefined ? to : from]);
    }
    return (given) => ranges.some(([from, to]) => given >= from && given <= to) !== negated;
  }

  #next(): string {
    const character = this.#text[this.#at++];
    return character ?? this.#refuse("a character behind \\");
  }

  #refuse(expected: string): never {
    const message = `Expression: expected ${expected} at character ${this.#at} of "${this.#text}"`;
    throw new WireError("InvalidInputException", message);
  }
}

/** Names are matched whole anyway. */
function isAnchor(character: string): boolean {
  return character === "^" || character === "$";
}
