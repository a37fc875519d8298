import { unescaped } from "../partition-layout.ts";

/**
 * What the names of folders say. A folder is a level of a partition when its name shows it alone:
 *
 *     dt=2026-01-31            Hive: the key is the name, the value is percent-decoded
 *     2026/01/31/23            year, month, day, hour, as far as the values prove it one below the other
 *     2026-01-31, 20260131     a date without a name
 *
 * Every level below the first of these is one too. Levels without a name of their own are called `partition_N` by their
 * place, as Glue does. Values stay texts, so that `01` is not `1`.
 */
export interface PartitionLevel {
  /** Lower case; absent where the folder has none, or one that a level above it has already. */
  readonly name?: string;
  readonly value: string;
}

export interface Place {
  /** The folders above the partitions, ended by a slash each, or nothing. */
  readonly root: string;
  readonly levels: readonly PartitionLevel[];
}

/** Reads a path of folders, ended by a slash each. With `flat`, every folder is a level of a partition. */
export function placeOf(path: string, options: { readonly flat?: boolean } = {}): Place {
  const segments = path.split("/").slice(0, -1);
  const first = options.flat === true ? 0 : segments.findIndex(isPartition);
  if (first === -1) return { root: path, levels: [] };
  const root = segments.slice(0, first).map((segment) => `${segment}/`);
  return { root: root.join(""), levels: levelsOf(segments.slice(first)) };
}

/** What the keys of these levels are called. */
export function keyNames(levels: readonly PartitionLevel[]): readonly string[] {
  return levels.map(({ name }, index) => name ?? `partition_${index}`);
}

const HIVE = /^([^=]+)=(.*)$/s;
const YEAR = /^(19|20)\d\d$/;
const DATE = /^(19|20)\d\d-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])$/;

function isPartition(segment: string): boolean {
  return HIVE.test(segment) || YEAR.test(segment) || DATE.test(segment);
}

/** Each below the one before it, or it is a number like any other. */
const DATE_PARTS: readonly { readonly name: string; readonly values: RegExp }[] = [
  { name: "year", values: YEAR },
  { name: "month", values: /^(0[1-9]|1[0-2])$/ },
  { name: "day", values: /^(0[1-9]|[12]\d|3[01])$/ },
  { name: "hour", values: /^([01]\d|2[0-3])$/ },
];

function levelsOf(segments: readonly string[]): readonly PartitionLevel[] {
  const taken = new Set<string>();
  let datePart = 0;
  return segments.map((segment) => {
    const hive = hiveLevel(segment);
    const level = hive ?? dateLevel(segment, datePart) ?? { value: segment };
    datePart = hive === undefined && level.name !== undefined ? datePart + 1 : 0;
    if (level.name === undefined || taken.has(level.name)) return { value: level.value };
    taken.add(level.name);
    return level;
  });
}

function hiveLevel(segment: string): PartitionLevel | undefined {
  const [, name, value] = HIVE.exec(segment) ?? [];
  if (name === undefined || value === undefined) return undefined;
  return { name: unescaped(name).toLowerCase(), value: unescaped(value) };
}

function dateLevel(segment: string, part: number): PartitionLevel | undefined {
  const { name, values } = DATE_PARTS[part] ?? {};
  return name !== undefined && values?.test(segment) === true ? { name, value: segment } : undefined;
}
