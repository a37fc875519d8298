import { dirname } from "node:path";
import { reasonOf } from "../../model/errors.ts";
import { QueryError } from "../query-error.ts";

/** A file that a session may read. */
export interface NamedFile {
  readonly path: string;
  /** What messages call it, such as `s3://lake/t/a.json`. */
  readonly name: string;
}

/** What a session knows of this disk, and nobody else has to. */
export interface KnownPlaces {
  readonly files: readonly NamedFile[];
  /** Folders that are the session's own. */
  readonly folders: readonly string[];
}

/** A failure of DuckDB's in the words of queries: objects by their names, without places on this disk and advice about its own settings. */
export function duckdbFailure(cause: unknown, places: KnownPlaces): QueryError {
  const whole = withoutPaths(reasonOf(cause), places);
  const text = whole.split(ADVICE, 1)[0] ?? "";
  const [, kind = "", message = text] = /^([A-Za-z ]+) Error: (.*)$/s.exec(text) ?? [];
  if (kind === "Out of Memory" || /max_temp_directory_size|bad_alloc/.test(text)) {
    const advice = "ask for less at once: fewer columns, a smaller partition, or no ORDER BY over all rows";
    return new QueryError("limit-exceeded", `The query needs more memory than it may have; ${advice}`, { cause });
  }
  const code = kind === "Parser" || kind === "Binder" || kind === "Catalog" ? "syntax" : "data";
  const [, file] = CSV_FILE.exec(whole) ?? [];
  return new QueryError(code, file === undefined ? message : `${file}: ${message}`, { cause });
}

/** Where DuckDB goes on with the statement that it got, and with options that nobody here can give. */
const ADVICE = /\n\n|\nTry setting /;

/** Which file a line of CSV is from stands among those options. */
const CSV_FILE = /^ {2}file = (.*)$/m;

export function withoutPaths(text: string, { files, folders }: KnownPlaces): string {
  let plain = text;
  // Most messages have none, and a query may have thousands of files.
  for (const { path, name } of plain.includes("/") ? files : []) plain = plain.replaceAll(path, name);
  const hidden = new Set([...folders, ...files.map(({ path }) => dirname(path))]);
  for (const folder of hidden) plain = hideFolder(plain, folder);
  return plain;
}

/** Also what is no file of the query's, such as what it put aside. */
function hideFolder(text: string, folder: string): string {
  const parts = text.split(`${folder}/`);
  return parts.map((part, index) => (index === 0 ? part : part.replace(/^[^"'\s]*/, "a temporary file"))).join("");
}
