/**
 * Paths by pattern: `*` and `?` within one name, `**` for any number of folders, `[a-z]` and `[!a-z]`, `{this,that}`.
 * Names that begin with a dot match only where the pattern has that dot, as in shells.
 */
export function compilePathGlob(pattern: string): (path: string) => boolean {
  const expressions = alternatives(pattern).map((one) => new RegExp(`^${expressionOf(one)}$`, "u"));
  return (path) => expressions.some((expression) => expression.test(path));
}

/** Patterns with more braces than people write would grow without bound. */
const ALTERNATIVES_MAX = 1_000;

/** One pattern for each way through the braces. */
function alternatives(pattern: string): string[] {
  const open = pattern.indexOf("{");
  const close = pattern.indexOf("}", open);
  if (open === -1 || close === -1) return [pattern];
  const [before, inside, behind] = [pattern.slice(0, open), pattern.slice(open + 1, close), pattern.slice(close + 1)];
  const rest = alternatives(behind);
  const all = inside.split(",").flatMap((choice) => rest.map((tail) => `${before}${choice}${tail}`));
  if (all.length > ALTERNATIVES_MAX)
    throw new RangeError(`Expected at most ${ALTERNATIVES_MAX} alternatives in ${pattern}`);
  return all;
}

const NO_DOT_FIRST = "(?!\\.)";

function expressionOf(pattern: string): string {
  const names = pattern.split("/");
  return names
    .map((name, index) => {
      const last = index === names.length - 1;
      if (name === "**") return last ? `(?:${NO_DOT_FIRST}[^/]+/)*${NO_DOT_FIRST}[^/]+` : `(?:${NO_DOT_FIRST}[^/]+/)*`;
      return `${nameExpression(name)}${last ? "" : "/"}`;
    })
    .join("");
}

function nameExpression(name: string): string {
  const wild = /^[*?[]/.test(name) ? NO_DOT_FIRST : "";
  // Runs of stars say no more than one, and would take a matcher that goes back very long.
  return wild + name.replace(/\*+|\?|\[(!?)((?:[^\]\\/])+)\]|[^*?[]|\[/gu, tokenExpression);
}

function tokenExpression(token: string, not: string | undefined, characters: string | undefined): string {
  if (token.startsWith("*")) return "[^/]*";
  if (token === "?") return "[^/]";
  if (characters !== undefined) return `[${not === "!" ? "^/" : ""}${characters.replace(/[\^[&~|]/g, "\\$&")}]`;
  return token.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
