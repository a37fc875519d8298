import { posix } from "node:path";

export interface ImportStatement {
  /** As written: `../log/log.ts`, `node:fs`, `zod`. */
  readonly specifier: string;
  readonly line: number;
}

/**
 * `import … from`, `export … from` and `import "…"` begin a line (the formatter sees to that), so words in comments and
 * strings are not mistaken for them. A statement holds no quote and no semicolon before its specifier.
 */
const STATEMENT = /^(?:import|export)\s(?:[^"'`;]*?[\s}]from\s+)?["']([^"'\n]+)["']/gm;

/** `import("…")`, the expression and the type. */
const EXPRESSION = /\bimport\(\s*["']([^"'\n]+)["']\s*\)/g;

/** Every module that a source names, type imports included: a type from the wrong room couples as firmly as a value. */
export function importsOf(text: string): readonly ImportStatement[] {
  const found: ImportStatement[] = [];
  for (const pattern of [STATEMENT, EXPRESSION]) {
    for (const match of text.matchAll(pattern)) {
      found.push({ specifier: match[1] ?? "", line: lineAt(text, match.index) });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/** The path within the repository that a relative specifier means, or `undefined` for packages and Node's own modules. */
export function resolveImport(fromPath: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return posix.normalize(posix.join(posix.dirname(fromPath), specifier));
}

export function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) line++;
  return line;
}
