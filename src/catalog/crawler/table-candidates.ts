import type { Content } from "./content.ts";
import { keyNames, type PartitionLevel, placeOf } from "./layout.ts";
import { formKey, type MergedContent, mergeContents, type Sample } from "./merge-contents.ts";
import type { Folder } from "./scan.ts";

/** Folders that may be one table. */
export interface TableCandidate {
  /** Below the location; empty, or ended by a slash. */
  readonly root: string;
  readonly members: readonly Member[];
}

export interface Member {
  readonly folder: Folder;
  readonly levels: readonly PartitionLevel[];
}

/** `folders`: tables are told from folders and their content. `location`: each location is one table, whatever is below. */
export type TableGrouping = "folders" | "location";

/** One candidate for each folder above partitions. */
export function candidatesOf(folders: readonly Folder[], grouping: TableGrouping): readonly TableCandidate[] {
  const members = new Map<string, Member[]>();
  for (const folder of folders) {
    const { root, levels } = placeOf(folder.path, { flat: grouping === "location" });
    const known = members.get(root);
    if (known === undefined) members.set(root, [{ folder, levels }]);
    else known.push({ folder, levels });
  }
  return [...members].map(([root, own]) => ({ root, members: own }));
}

/** So many of the folders side by side have to be alike to be one table (Glue: similar by more than 70 percent). */
const ALIKE_PART = 0.7;

/**
 * Puts candidates together that lie side by side and look alike, as Glue does: `eu/` and `us/` with files of one form and
 * about the same columns are partitions of the table above them. From the deepest folders upwards, so that whole trees
 * come together. Folders of which no file could be looked at go with the others.
 */
export function joinAlike(
  candidates: readonly TableCandidate[],
  samples: readonly Sample[],
): readonly TableCandidate[] {
  const known = new Map(candidates.map((candidate) => [candidate.root, candidate]));
  const samplesIn = groupBy(samples, ({ folder }) => folder);
  const contentOf = (candidate: TableCandidate) =>
    mergeContents(candidate.members.flatMap(({ folder }) => samplesIn.get(folder.path) ?? []));
  for (let depth = Math.max(0, ...candidates.map(({ root }) => depthOf(root))); depth > 0; depth--) {
    const atDepth = [...known.values()].filter(({ root }) => depthOf(root) === depth);
    for (const [parent, children] of groupBy(atDepth, ({ root }) => parentOf(root))) {
      const own = known.get(parent);
      const side = [...(own === undefined ? [] : [own]), ...children];
      const alike = largestAlike(
        side.map((candidate) => ({ candidate, content: contentOf(candidate) })),
        own,
      );
      if (alike.length < 2 || alike.length < side.length * ALIKE_PART) continue;
      for (const { root } of alike) known.delete(root);
      known.set(parent, { root: parent, members: alike.flatMap((candidate) => membersBelow(parent, candidate)) });
    }
  }
  return [...known.values()];
}

interface Known {
  readonly candidate: TableCandidate;
  readonly content: MergedContent | undefined;
}

function largestAlike(side: readonly Known[], own: TableCandidate | undefined): readonly TableCandidate[] {
  const groups: Known[][] = [];
  for (const one of side.filter(({ content }) => content !== undefined)) {
    const group = groups.find(([first]) => first !== undefined && areAlike(first, one));
    if (group === undefined) groups.push([one]);
    else group.push(one);
  }
  const [largest = []] = groups.sort((a, b) => b.length - a.length);
  // Files beside the folders decide what the folder is; other folders stay tables of their own.
  if (own !== undefined && !largest.some(({ candidate }) => candidate === own)) return [];
  const unknown = largest.length === 0 ? [] : side.filter(({ content }) => content === undefined);
  return [...largest, ...unknown].map(({ candidate }) => candidate);
}

function areAlike(first: Known, second: Known): boolean {
  if (first.content === undefined || second.content === undefined) return true;
  const [a, b] = [first.content, second.content];
  if (formKey(a.form) !== formKey(b.form)) return false;
  if (layoutOf(first.candidate).keys.join("/") !== layoutOf(second.candidate).keys.join("/")) return false;
  const hasNames = a.form.format !== "csv" || a.form.header;
  // Columns that nobody named look alike between any two tables of the same width.
  return hasNames ? similarity(a, b) >= ALIKE_PART : sameTypes(a, b);
}

/** The part of the shorter list of columns that is in the longer one as well. */
function similarity(a: Pick<Content, "columns">, b: Pick<Content, "columns">): number {
  const [fewer, more] = a.columns.length <= b.columns.length ? [a.columns, b.columns] : [b.columns, a.columns];
  if (fewer.length === 0) return more.length === 0 ? 1 : 0;
  const names = new Set(more.map(({ name }) => name));
  return fewer.filter(({ name }) => names.has(name)).length / fewer.length;
}

function sameTypes(a: Pick<Content, "columns">, b: Pick<Content, "columns">): boolean {
  return JSON.stringify(a.columns) === JSON.stringify(b.columns);
}

/** What lies in a folder below the parent is one level deeper now. */
function membersBelow(parent: string, { root, members }: TableCandidate): readonly Member[] {
  const segment = root.slice(parent.length, -1);
  if (segment === "") return members;
  return members.map(({ folder, levels }) => ({ folder, levels: [{ value: segment }, ...levels] }));
}

function parentOf(root: string): string {
  return root.slice(0, root.lastIndexOf("/", root.length - 2) + 1);
}

function depthOf(root: string): number {
  return root.split("/").length - 1;
}

export function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

export interface PartitionFolder {
  readonly values: readonly string[];
  /** Below the location. */
  readonly path: string;
}

export interface TableLayout {
  readonly keys: readonly string[];
  readonly partitions: readonly PartitionFolder[];
  readonly warnings: readonly string[];
}

/**
 * The partition keys of a table and the folder of each partition. Folders may lie at several depths: the keys are those
 * under which most objects lie. What lies deeper belongs to the partition above it; what lies higher, or under other keys,
 * is no partition, and a warning says so.
 */
export function layoutOf(candidate: TableCandidate): TableLayout {
  const signature = ({ levels }: Member) => keyNames(levels).join("/");
  const groups = [...groupBy(candidate.members, signature).values()];
  const weight = (members: readonly Member[]) => members.reduce((sum, { folder }) => sum + folder.objects, 0);
  const [most = []] = groups.sort((a, b) => weight(b) - weight(a));
  const keys = keyNames(most[0]?.levels ?? []);
  const partitions = new Map<string, PartitionFolder>();
  const warnings: string[] = [];
  let deeper = 0;
  for (const { folder, levels } of candidate.members) {
    const names = keyNames(levels);
    if (!keys.every((key, index) => names[index] === key)) {
      const given = names.length === 0 ? "no partition" : names.join("/");
      warnings.push(
        `${folder.path || "the top folder"} is left out: it lies under ${given}, the table under ${keys.join("/")}`,
      );
      continue;
    }
    if (names.length > keys.length) deeper++;
    if (keys.length === 0) continue;
    const values = levels.slice(0, keys.length).map(({ value }) => value);
    const path = pathAtLevel(candidate.root, folder.path, keys.length);
    const place = JSON.stringify(values);
    const known = partitions.get(place);
    if (known === undefined) partitions.set(place, { values, path });
    else if (known.path !== path) warnings.push(`${path} is left out: ${known.path} has the same values`);
  }
  if (deeper > 0) {
    warnings.push(
      `${deeper} folders lie below partitions: their files are read where an engine reads folders in folders (Athena does)`,
    );
  }
  return { keys, partitions: [...partitions.values()], warnings };
}

function pathAtLevel(root: string, path: string, levels: number): string {
  const below = path.slice(root.length).split("/").slice(0, levels);
  return `${root}${below.join("/")}/`;
}
