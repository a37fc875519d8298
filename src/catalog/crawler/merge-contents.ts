import type { ReadableCompression } from "../../formats/compression/decompress.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { formatHiveType } from "../../model/schema/hive-type.ts";
import { joinColumns, joinTypes } from "../../model/schema/widen.ts";
import type { Content, ContentForm } from "./content.ts";

/** An object that was looked at. */
export interface Sample {
  readonly key: string;
  /** Path of its folder below the location. */
  readonly folder: string;
  readonly content: Content;
}

/** What a table's files have in common. */
export interface MergedContent {
  readonly form: ContentForm;
  /** Of most files. */
  readonly compression: ReadableCompression;
  readonly columns: readonly Column[];
  readonly warnings: readonly string[];
  /** Folders whose files are all of another form. */
  readonly otherFolders: ReadonlySet<string>;
}

/**
 * One schema for many files. The form that most of them have is the table's, files of another are named in a warning.
 * Columns are joined as records are when a schema is learnt; columns of texts with delimiters are joined by their place,
 * because that is how they are read. `undefined` without any file.
 */
export function mergeContents(samples: readonly Sample[]): MergedContent | undefined {
  const key = mostFrequent(samples.map(({ content }) => formKey(content.form)));
  const own = samples.filter(({ content }) => formKey(content.form) === key);
  const compression = mostFrequent(own.map(({ content }) => content.compression));
  const [first] = own;
  if (first === undefined || compression === undefined) return undefined;
  const others = samples.filter(({ content }) => formKey(content.form) !== key);
  const ownFolders = new Set(own.map(({ folder }) => folder));
  const joined = first.content.form.format === "csv" ? joinByPlace(own) : joinByName(own);
  const warnings = [
    ...others.map(({ key, content }) => `${key} is ${content.form.format}, the table is ${first.content.form.format}`),
    ...joined.warnings,
    ...own.flatMap(({ key, content }) => content.warnings.map((warning) => `${key}: ${warning}`)),
  ];
  const otherFolders = new Set(others.map(({ folder }) => folder).filter((folder) => !ownFolders.has(folder)));
  return { form: joined.form, compression, columns: joined.columns, warnings, otherFolders };
}

/** Files of one key can be read by one SerDe. */
export function formKey(form: ContentForm): string {
  if (form.format === "csv") return `csv ${form.delimiter}`;
  return form.format === "log" ? `log ${form.pattern}` : form.format;
}

interface Joined {
  readonly form: ContentForm;
  readonly columns: readonly Column[];
  readonly warnings: readonly string[];
}

function joinByName(samples: readonly Sample[]): Joined {
  const warnings: string[] = [];
  let columns: readonly Column[] = [];
  let form: ContentForm | undefined;
  for (const { key, content } of samples) {
    const known = new Map(columns.map((column) => [column.name, column]));
    for (const { name, type } of content.columns) {
      const before = known.get(name);
      if (before !== undefined && disagree(before, type)) warnings.push(conflict(name, before, type, key));
    }
    columns = joinColumns(columns, content.columns);
    // Of Avro schemas the last in order of names stays: keys have dates in them more often than not.
    form = content.form;
  }
  return { form: form ?? { format: "json", layout: "lines" }, columns, warnings };
}

/** Types that only text can hold together. */
function disagree({ type: first }: Column, second: Column["type"]): boolean {
  return joinTypes(first, second).kind === "string" && !(isText(first) && isText(second));
}

function isText({ kind }: Column["type"]): boolean {
  return kind === "string" || kind === "varchar" || kind === "char";
}

function conflict(name: string, { type: first }: Column, second: Column["type"], key: string): string {
  return `Column ${name} is ${formatHiveType(first)} before and ${formatHiveType(second)} in ${key}: it becomes string`;
}

function joinByPlace(samples: readonly Sample[]): Joined {
  const header =
    mostFrequent(samples.map(({ content }) => content.form.format === "csv" && content.form.header)) ?? false;
  const named = samples.filter(({ content }) => content.form.format === "csv" && content.form.header === header);
  const longest = named.reduce<readonly Column[]>((best, { content }) => {
    return content.columns.length > best.length ? content.columns : best;
  }, []);
  const places: (Column | undefined)[] = [];
  const warnings: string[] = [];
  for (const { key, content } of samples) {
    for (const [place, { type }] of content.columns.entries()) {
      const before = places[place];
      const name = longest[place]?.name ?? `col${place}`;
      if (before !== undefined && disagree(before, type)) warnings.push(conflict(name, before, type, key));
      places[place] = { name, type: before === undefined ? type : joinTypes(before.type, type) };
    }
    if (content.form.format === "csv" && content.form.header !== header) {
      warnings.push(
        `${key} ${header ? "has no header that could be told" : "seems to have a header"}, unlike most files`,
      );
    } else if (header && content.columns.some(({ name }, place) => name !== longest[place]?.name)) {
      warnings.push(`${key} has its columns in another order, and they are read by their place`);
    }
  }
  const quoted = samples.some(({ content }) => content.form.format === "csv" && content.form.quoted);
  const [first] = named;
  const delimiter = first?.content.form.format === "csv" ? first.content.form.delimiter : ",";
  const columns = places.filter((column) => column !== undefined);
  return { form: { format: "csv", delimiter, quoted, header }, columns, warnings };
}

/** The first of those that occur most often. */
function mostFrequent<T>(values: readonly T[]): T | undefined {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: T | undefined;
  for (const [value, count] of counts) if (best === undefined || count > (counts.get(best) ?? 0)) best = value;
  return best;
}
