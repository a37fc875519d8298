import type { Clock } from "../../std/clock.ts";
import { compareKeys } from "../../storage/compare-keys.ts";
import type { ObjectStore } from "../../storage/object-store.ts";
import type { Catalog } from "../catalog.ts";
import { type Location, locationText } from "../location.ts";
import type { Partitions } from "../partition.ts";
import type { CrawlReport, TableReport } from "./crawl-report.ts";
import { CRAWL_MS_MAX, REPORTED_MAX } from "./crawler-limits.ts";
import type { CsvHeader } from "./csv-sample.ts";
import { type FollowOptions, followTable, letGoOfTables } from "./follow-tables.ts";
import { type FoundTable, foundTable } from "./found-table.ts";
import { type BrokenObject, chooseSamples, readSamples } from "./sample-objects.ts";
import { type Scan, scanLocation } from "./scan.ts";
import type { ChangePolicy } from "./schema-change.ts";
import { candidatesOf, groupBy, joinAlike, type TableGrouping } from "./table-candidates.ts";

/**
 * A crawl makes tables of files that somebody else wrote, and brings them up to date when it comes again:
 *
 *     scan     list a location; remember its folders, and two objects of each
 *     sample   look at the start, and where the format wants it at the end, of some objects of each would-be table
 *     join     put folders side by side that look alike into one table; one schema for all its files
 *     follow   create what is new, widen what is there, let go of what is gone, as the policy says
 *
 * Files that cannot be read are listed with their reason and end nothing. What is read and held is bounded: by objects,
 * bytes, folders, time. A crawl that does not know all folders says so, and lets go of nothing. The same files give the
 * same tables: a second crawl changes nothing.
 */
export async function crawl(targets: readonly Location[], options: CrawlOptions): Promise<CrawlReport> {
  const { clock, catalog, database, signal } = options;
  const deadline = clock.monotonic() + (options.timeoutMs ?? CRAWL_MS_MAX);
  const progress = { listed: 0, chosen: 0, sampled: 0 };
  const within: Within = { options, deadline, progress };
  const tables: TableReport[] = [];
  const broken: BrokenObject[] = [];
  const scans: Scanned[] = [];
  if (catalog.database(database) === undefined) await catalog.createDatabase({ name: database });
  const follow = followOptions(options, scans);
  for (const location of targets) {
    const store = options.storeFor(location.bucket);
    const scan = await scanTarget(store, location, within);
    scans.push({ location, scan });
    const found = await findTables(store, location, scan, within);
    for (const { key, reason } of found.broken)
      broken.push({ key: locationText({ ...location, prefix: key }), reason });
    for (const table of found.tables) {
      signal?.throwIfAborted();
      tables.push(await followTable(table, follow));
    }
  }
  tables.push(...(await letGoOfTables(follow)));
  const warnings = scans
    .filter(({ scan }) => scan.folders.length === 0)
    .map(({ location }) => {
      return `${locationText(location)} has no objects that a crawler looks at`;
    });
  return {
    tables,
    objects: { listed: progress.listed, sampled: progress.sampled, broken: broken.length },
    broken: broken.slice(0, REPORTED_MAX),
    incomplete: incompleteOf(scans, progress),
    warnings,
  };
}

export interface CrawlOptions {
  readonly clock: Clock;
  readonly catalog: Catalog;
  readonly partitions: Partitions;
  /** The store that a bucket lives in. */
  readonly storeFor: (bucket: string) => ObjectStore;
  /** Whose tables these are: only those that it made are deprecated or deleted. */
  readonly crawler: string;
  /** Made when it is not there. */
  readonly database: string;
  readonly tablePrefix?: string;
  readonly grouping?: TableGrouping;
  readonly csvHeader?: CsvHeader;
  readonly policy: ChangePolicy;
  /** Objects that may be looked at; see `ScanOptions`. */
  readonly isVisible?: (bucket: string, key: string) => boolean;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CrawlProgress) => void;
}

export interface CrawlProgress {
  readonly listed: number;
  /** Objects to look at, as far as they are chosen. */
  readonly chosen: number;
  readonly sampled: number;
}

interface Within {
  readonly options: CrawlOptions;
  readonly deadline: number;
  readonly progress: { listed: number; chosen: number; sampled: number };
}

interface Scanned {
  readonly location: Location;
  readonly scan: Scan;
}

function scanTarget(store: ObjectStore, location: Location, { options, deadline, progress }: Within): Promise<Scan> {
  const before = progress.listed;
  return scanLocation(store, location, {
    ...options,
    deadline,
    onListed: (objects) => {
      progress.listed = before + objects;
      options.onProgress?.(progress);
    },
  });
}

interface Found {
  readonly tables: readonly FoundTable[];
  readonly broken: readonly BrokenObject[];
}

async function findTables(
  store: ObjectStore,
  location: Location,
  scan: Scan,
  { options, deadline, progress }: Within,
): Promise<Found> {
  const candidates = candidatesOf(scan.folders, options.grouping ?? "folders");
  const chosen = chooseSamples(candidates);
  progress.chosen += chosen.length;
  const { samples, broken, brokenFolders } = await readSamples(store, location.bucket, chosen, {
    ...options,
    isOver: () => options.clock.monotonic() > deadline,
    onSampled: () => {
      progress.sampled++;
      options.onProgress?.(progress);
    },
  });
  // In the order of names, whatever the order of reading: the same files give the same columns.
  const ordered = samples.toSorted((a, b) => compareKeys(a.key, b.key));
  const samplesIn = groupBy(ordered, ({ folder }) => folder);
  const tables = joinAlike(candidates, ordered).flatMap((candidate) => {
    const own = candidate.members.flatMap(({ folder }) => samplesIn.get(folder.path) ?? []);
    const found = foundTable(location, candidate, { samples: own, brokenFolders });
    return found === undefined ? [] : [{ ...found, warnings: found.warnings.slice(0, REPORTED_MAX) }];
  });
  return { tables, broken };
}

function followOptions(options: CrawlOptions, scans: readonly Scanned[]): FollowOptions {
  const isGone = (location: string) => liesInAScan(location, scans) && !holdsObjects(location, scans);
  return { ...options, tablePrefix: options.tablePrefix ?? "", isGone, now: options.clock.now() };
}

/** In one that was listed to its end: only then does absence say something. */
function liesInAScan(location: string, scans: readonly Scanned[]): boolean {
  const around = scans.filter(({ location: scanned }) => location.startsWith(locationText(scanned)));
  return around.length > 0 && around.every(({ scan }) => scan.incomplete === undefined);
}

function holdsObjects(location: string, scans: readonly Scanned[]): boolean {
  return scans.some(({ location: scanned, scan }) => {
    const [top, folder] = [locationText(scanned), location.endsWith("/") ? location : `${location}/`];
    return folder.startsWith(top) && scan.holds(folder.slice(top.length));
  });
}

function incompleteOf(scans: readonly Scanned[], { chosen, sampled }: Within["progress"]): readonly string[] {
  const reasons = scans.flatMap(({ location, scan }) => {
    return scan.incomplete === undefined ? [] : [`${locationText(location)}: ${scan.incomplete}`];
  });
  const unread = chosen - sampled;
  return unread === 0 ? reasons : [...reasons, `The time was over before ${unread} objects were looked at`];
}
