import type { LakeObject } from "../../storage/local-lake.ts";
import { S3Error } from "./s3-error.ts";

/** Values of the four conditional headers, or of their x-amz-copy-source- forms. */
export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  readonly ifModifiedSince?: string | undefined;
  readonly ifUnmodifiedSince?: string | undefined;
}

export function conditionsOf(header: (name: string) => string | undefined, prefix = ""): Conditions {
  return {
    ifMatch: header(`${prefix}if-match`),
    ifNoneMatch: header(`${prefix}if-none-match`),
    ifModifiedSince: header(`${prefix}if-modified-since`),
    ifUnmodifiedSince: header(`${prefix}if-unmodified-since`),
  };
}

/**
 * Whether an object may be read (RFC 9110, 13.2.2): entity tags go before times, and where a tag is given the time of its
 * pair does not count.
 */
export function judgeRead(conditions: Conditions, object: LakeObject): "good" | "not-modified" | "failed" {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions;
  if (ifMatch !== undefined) {
    if (!matchesTag(ifMatch, object.etag)) return "failed";
  } else if (isAfter(object, ifUnmodifiedSince)) return "failed";
  if (ifNoneMatch !== undefined) return matchesTag(ifNoneMatch, object.etag) ? "not-modified" : "good";
  const since = timeOf(ifModifiedSince);
  return since !== undefined && seconds(object.modifiedAt) <= seconds(since) ? "not-modified" : "good";
}

/** What a writer asks of the object that is there: nothing may be, or one with this tag has to be. */
export interface WriteCondition {
  readonly onlyIfAbsent: boolean;
  check(current: LakeObject | undefined): void;
}

export function writeCondition(header: (name: string) => string | undefined): WriteCondition {
  const ifNoneMatch = header("if-none-match");
  const ifMatch = header("if-match");
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== "*") {
    const message = `If-None-Match takes only * where objects are written, got ${ifNoneMatch.slice(0, 64)}`;
    throw new S3Error("NotImplemented", message);
  }
  const onlyIfAbsent = ifNoneMatch !== undefined;
  const check = (current: LakeObject | undefined) => {
    if (onlyIfAbsent && current !== undefined) throw preconditionFailed("If-None-Match");
    if (ifMatch === undefined) return;
    if (current === undefined) throw new S3Error("NoSuchKey", "The specified key does not exist.");
    if (!matchesTag(ifMatch, current.etag)) throw preconditionFailed("If-Match");
  };
  return { onlyIfAbsent, check };
}

export function preconditionFailed(condition: string): S3Error {
  const message = `At least one of the pre-conditions you specified did not hold: ${condition}`;
  return new S3Error("PreconditionFailed", message);
}

/** Whether the list of a conditional header has this entity tag; quotes may be left out. */
export function matchesTag(list: string, etag: string): boolean {
  return list.split(",").some((tag) => {
    const bare = tag.trim().replace(/^W\//, "").replace(/^"|"$/g, "");
    return bare === "*" || bare === etag;
  });
}

function isAfter(object: LakeObject, date: string | undefined): boolean {
  const time = timeOf(date);
  return time !== undefined && seconds(object.modifiedAt) > seconds(time);
}

/** A date that cannot be read does not count, as HTTP has it. */
function timeOf(date: string | undefined): number | undefined {
  const time = Date.parse(date ?? "");
  return Number.isNaN(time) ? undefined : time;
}

/** HTTP's dates have no parts of a second. */
function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
