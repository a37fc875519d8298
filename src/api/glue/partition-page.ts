import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import type { Partition } from "../../catalog/partition.ts";
import { compareValues, keyOfValues } from "../../catalog/partition-values.ts";
import { WireError } from "../protocol/wire-error.ts";

/** Partitions in one answer where the request names no number, which is also the most (Glue API). */
const PAGE_MAX = 1000;

/** Bytes of JSON of the partitions in one answer, about: a thousand partitions of a wide table are cut into more pages. */
export const ANSWER_BYTES_MAX = 4 * 1024 * 1024;

/** Partitions that are looked at before others get their turn: an expression may have to look at all. */
const LOOKED_AT_ONCE = 2000;

export interface PartitionPageRequest {
  readonly NextToken?: string | undefined;
  readonly MaxResults?: number | undefined;
  readonly Segment?: { readonly SegmentNumber: number; readonly TotalSegments: number } | undefined;
}

export interface PartitionPage<T> {
  readonly items: readonly T[];
  /** The member NextToken of the answer, present while there may be more. */
  readonly next: { readonly NextToken?: string };
}

/**
 * The page behind a token, of those that `matches` keeps. `partitions` are in order; a token holds the values of the last
 * one that was shown, so that partitions which come and go between two calls neither repeat nor hide others.
 */
export async function partitionPage<T extends object>(
  partitions: readonly Partition[],
  matches: (values: readonly string[]) => boolean,
  describe: (partition: Partition) => T,
  { NextToken: token, MaxResults: max = PAGE_MAX, Segment: segment }: PartitionPageRequest,
): Promise<PartitionPage<T>> {
  const inSegment = segmentTest(segment);
  const items: T[] = [];
  let bytes = 0;
  let last: Partition | undefined;
  for (let at = token === undefined ? 0 : firstAfter(partitions, decode(token)); at < partitions.length; at++) {
    if (at % LOOKED_AT_ONCE === 0) await setImmediate();
    const partition = partitions[at];
    if (partition === undefined) break;
    const { values } = partition.definition;
    if (!inSegment(values) || !matches(values)) continue;
    if (last !== undefined && (items.length >= max || bytes >= ANSWER_BYTES_MAX)) {
      return { items, next: { NextToken: encode(last.definition.values) } };
    }
    const item = describe(partition);
    bytes += JSON.stringify(item).length;
    items.push(item);
    last = partition;
  }
  return { items, next: {} };
}

/** Segments share the partitions by a hash of their values: none is in two, and each stays in its own. */
function segmentTest(segment: PartitionPageRequest["Segment"]): (values: readonly string[]) => boolean {
  if (segment === undefined) return () => true;
  const { SegmentNumber: number, TotalSegments: total } = segment;
  if (number >= total) {
    const message = `SegmentNumber is a number from 0 to ${total - 1} where TotalSegments is ${total}, got ${number}`;
    throw new WireError("InvalidInputException", message);
  }
  return (values) => crc32(keyOfValues(values)) % total === number;
}

/** The index of the first partition behind these values. */
function firstAfter(partitions: readonly Partition[], values: readonly string[]): number {
  let [low, high] = [0, partitions.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareValues(partitions[middle]?.definition.values ?? [], values) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function encode(values: readonly string[]): string {
  return Buffer.from(keyOfValues(values)).toString("base64url");
}

function decode(token: string): readonly string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    if (Array.isArray(values) && values.every((value) => typeof value === "string")) return values;
  } catch (error) {
    throw foreignToken({ cause: error });
  }
  throw foreignToken();
}

function foreignToken(options?: ErrorOptions): WireError {
  return new WireError("InvalidInputException", "NextToken is not one that an earlier answer gave", options);
}
