import { TRANSITION_CLASSES, type TransitionClass } from "../../model/storage-class.ts";
import type { ObjectInfo, UploadRef } from "../../storage/object-store.ts";
import type { LifecycleFilter, LifecycleRule, RuleTime } from "./lifecycle-rule.ts";

export type Decision =
  | { readonly action: "expire" }
  | { readonly action: "transition"; readonly storageClass: TransitionClass };

const DAY_MS = 86_400_000;

/** Smaller objects cost more in a cheaper class: they stay, unless the rule names sizes itself (S3, since 2024). */
const TRANSITION_BYTES_MIN = 128 * 1024;

/**
 * What the rules want done with an object at `nowMs`. As on S3: expiry wins over a change of class, the lowest class that
 * is due wins over the others, and no object is moved to a higher one.
 */
export function decide(rules: readonly LifecycleRule[], object: ObjectInfo, nowMs: number): Decision | undefined {
  // A store that does not say when an object was written says nothing about its age.
  if (!(object.modifiedAt > 0)) return undefined;
  const meant = rules.filter(({ enabled, filter }) => enabled && matches(filter, object));
  const isDue = (time: RuleTime | undefined) => time !== undefined && dueAt(time, object.modifiedAt) <= nowMs;
  if (meant.some(({ expiration }) => isDue(expiration))) return { action: "expire" };
  let lowest = rankOf(object.storageClass);
  for (const { filter, transitions } of meant) {
    if (object.bytes < TRANSITION_BYTES_MIN && !namesSizes(filter)) continue;
    for (const { due, storageClass } of transitions) if (isDue(due)) lowest = Math.max(lowest, rankOf(storageClass));
  }
  const storageClass = TRANSITION_CLASSES[lowest];
  return storageClass === undefined || lowest === rankOf(object.storageClass)
    ? undefined
    : { action: "transition", storageClass };
}

/** Whether an upload in parts has been left behind for as long as a rule allows. */
export function isAbandoned(
  rules: readonly LifecycleRule[],
  upload: UploadRef & { readonly startedAt: number },
  nowMs: number,
): boolean {
  return rules.some(({ enabled, filter, abortUploadsAfterDays: days }) => {
    if (!enabled || days === undefined || !upload.key.startsWith(filter.prefix)) return false;
    return upload.startedAt > 0 && dueAt({ days }, upload.startedAt) <= nowMs;
  });
}

/** S3's arithmetic: the days are added to the instant of writing, and what comes out is rounded up to the next midnight UTC. */
export function dueAt(time: RuleTime, writtenAtMs: number): number {
  return "atMs" in time ? time.atMs : Math.ceil((writtenAtMs + time.days * DAY_MS) / DAY_MS) * DAY_MS;
}

function matches(filter: LifecycleFilter, { key, bytes, tags = {} }: ObjectInfo): boolean {
  const { prefix, largerThanBytes = -1, smallerThanBytes = Number.POSITIVE_INFINITY } = filter;
  if (!key.startsWith(prefix) || bytes <= largerThanBytes || bytes >= smallerThanBytes) return false;
  return Object.entries(filter.tags).every(([name, value]) => Object.hasOwn(tags, name) && tags[name] === value);
}

function namesSizes({ largerThanBytes, smallerThanBytes }: LifecycleFilter): boolean {
  return largerThanBytes !== undefined || smallerThanBytes !== undefined;
}

/** -1 for the classes above all that one can be moved to. */
function rankOf(storageClass: string | undefined): number {
  return (TRANSITION_CLASSES as readonly (string | undefined)[]).indexOf(storageClass);
}
