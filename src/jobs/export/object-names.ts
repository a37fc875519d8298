import type { Random } from "../../std/random.ts";

/** Names of what an export leaves: fixed before anything is written, the same in every attempt. */

/**
 * A name of the source as part of a key: letters and digits of any script, `_` and `-` as they are, all else in percent
 * codes, so that no name is taken for a folder and no two names for one (`"a.b"."c"` and `"a"."b.c"`).
 */
export function keyPart(name: string): string {
  return name.replace(/[^\p{L}\p{N}_-]/gu, percentCodes);
}

function percentCodes(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`).join("");
}

/** Where all exports of a table lie: `prefix/schema.table/`. */
export function tableFolder(prefix: string, schema: string, table: string): string {
  return `${prefix}${keyPart(schema)}.${keyPart(table)}/`;
}

/** One run's value in `run=…/`: when it began, for people, and chance, because two may begin at once. */
export function newRunName(startedAt: number, random: Random): string {
  const stamp = new Date(startedAt).toISOString().slice(0, 19).replace(/[-:]/g, "");
  return `${stamp}Z-${random.bytes(4).toString("hex")}`;
}

export function dateOf(startedAt: number): string {
  return new Date(startedAt).toISOString().slice(0, 10);
}

export function objectName(folder: string, chunk: number, extension: string): string {
  return `${folder}part-${String(chunk + 1).padStart(5, "0")}${extension}`;
}

/** What the catalog calls a table that nobody named: lower case, with nothing in it that SQL has to quote. */
export function catalogName(schema: string, table: string): string {
  return `${schema}_${table}`
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9_]/g, "_");
}

/** The catalog and most engines know no letter case: of names that differ in nothing else, the later ones get a number. */
export function columnNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names.map((name) => name.toLowerCase()));
  const seen = new Set<string>();
  return names.map((name) => {
    let given = name;
    for (let number = 2; seen.has(given.toLowerCase()); number++) {
      const candidate = `${name}_${number}`;
      if (!taken.has(candidate.toLowerCase())) given = candidate;
    }
    seen.add(given.toLowerCase());
    return given;
  });
}
