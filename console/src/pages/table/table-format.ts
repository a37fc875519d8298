import type { Table, TableListing } from "../../api/admin-api.ts";
import { formatBytes, formatCount } from "../../ui/format-value.ts";

const FORMATS: readonly (readonly [word: RegExp, name: string])[] = [
  [/parquet/i, "Parquet"],
  [/orc/i, "ORC"],
  [/avro/i, "Avro"],
  [/json/i, "JSON"],
  [/regex|grok/i, "text by a pattern"],
  [/csv/i, "CSV"],
  [/lazysimple/i, "delimited text"],
  [/sequencefile/i, "SequenceFile"],
];

/** What the files of a table are, in a word. The SerDe says most; formats of Hive's classes say the rest. */
export function formatOf({
  storageDescriptor = {},
  tableType,
}: Pick<Table, "storageDescriptor" | "tableType">): string {
  if (tableType === "VIRTUAL_VIEW") return "a view";
  const { serdeInfo } = storageDescriptor as { readonly serdeInfo?: { readonly serializationLibrary?: string } };
  for (const text of [serdeInfo?.serializationLibrary, storageDescriptor.inputFormat]) {
    const found = FORMATS.find(([word]) => text !== undefined && word.test(text));
    if (found !== undefined) return found[1];
  }
  return "unknown";
}

/** `8 files in 2 folders, 7.8 KB, of which 7 are small`. */
export function filesText({ total, folders, bytes, smallFiles, complete }: Omit<TableListing, "files">): string {
  if (total === 0) return "none yet";
  const counted = `${complete ? "" : "at least "}${counts(total, "file")} in ${counts(folders, "folder")}, ${formatBytes(bytes)}`;
  return smallFiles === 0 ? counted : `${counted}, of which ${formatCount(smallFiles)} are small`;
}

function counts(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}
