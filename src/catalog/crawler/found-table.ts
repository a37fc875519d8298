import type { ReadableCompression } from "../../formats/compression/decompress.ts";
import type { Column } from "../../model/schema/column-type.ts";
import { type Location, locationText } from "../location.ts";
import type { ContentForm } from "./content.ts";
import { type MergedContent, mergeContents, type Sample } from "./merge-contents.ts";
import { layoutOf, type PartitionFolder, type TableCandidate } from "./table-candidates.ts";

/** A table as the files tell it. */
export interface FoundTable {
  readonly bucket: string;
  /** Ended by a slash, or empty for the whole bucket. */
  readonly prefix: string;
  readonly form: ContentForm;
  readonly compression: ReadableCompression;
  readonly columns: readonly Column[];
  readonly keys: readonly string[];
  readonly partitions: readonly FoundPartition[];
  readonly warnings: readonly string[];
}

export interface FoundPartition {
  readonly values: readonly string[];
  /** `s3://bucket/prefix/` */
  readonly location: string;
}

/** `undefined` when none of its files could be read. */
export function foundTable(
  location: Location,
  candidate: TableCandidate,
  { samples, brokenFolders }: { readonly samples: readonly Sample[]; readonly brokenFolders: ReadonlySet<string> },
): FoundTable | undefined {
  const content = mergeContents(samples);
  if (content === undefined) return undefined;
  const readable = candidate.members.filter(({ folder: { path } }) => {
    return !content.otherFolders.has(path) && !brokenFolders.has(path);
  });
  const layout = layoutOf({ root: candidate.root, members: readable });
  const named = withoutDoubleNames(content, layout.keys);
  return {
    bucket: location.bucket,
    prefix: `${location.prefix}${candidate.root}`,
    form: content.form,
    compression: content.compression,
    columns: named.columns,
    keys: named.keys,
    partitions: layout.partitions.map((partition) => partitionAt(location, partition)),
    warnings: [...content.warnings, ...layout.warnings, ...named.warnings],
  };
}

function partitionAt({ bucket, prefix }: Location, { values, path }: PartitionFolder): FoundPartition {
  return { values, location: locationText({ bucket, prefix: `${prefix}${path}` }) };
}

/**
 * Engines refuse a table with a key that is a column as well. Formats that find columns by name do without the column: its
 * value is in the folder. Where columns are found by their place none can be left out, so the key gets another name.
 */
function withoutDoubleNames({ columns, form }: MergedContent, keys: readonly string[]) {
  const names = new Set(columns.map(({ name }) => name));
  const double = keys.filter((key) => names.has(key));
  if (double.length === 0) return { columns, keys, warnings: [] };
  if (form.format === "csv" || form.format === "log") {
    const renamed = keys.map((key, index) => (names.has(key) ? `partition_${index}` : key));
    return {
      columns,
      keys: renamed,
      warnings: double.map((key) => `Key ${key} is a column too, and has another name`),
    };
  }
  const kept = columns.filter(({ name }) => !double.includes(name));
  return { columns: kept, keys, warnings: double.map((key) => `Column ${key} is left out: it is a partition key`) };
}
