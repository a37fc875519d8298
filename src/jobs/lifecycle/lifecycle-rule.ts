import type { TransitionClass } from "../../model/storage-class.ts";
import { LifecycleError } from "./lifecycle-error.ts";

/** What becomes of objects as they get older, as S3 has it. Plain data, stored as it is. */
export interface LifecycleRule {
  /** Unique within the bucket. */
  readonly id: string;
  readonly enabled: boolean;
  readonly filter: LifecycleFilter;
  /** Objects are deleted then. */
  readonly expiration?: RuleTime | undefined;
  readonly transitions: readonly Transition[];
  /** Uploads in parts that nobody completed are aborted so many days after they began. */
  readonly abortUploadsAfterDays?: number | undefined;
}

/** Objects that all of it is true of. */
export interface LifecycleFilter {
  /** Empty = every object. */
  readonly prefix: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly largerThanBytes?: number | undefined;
  readonly smallerThanBytes?: number | undefined;
}

/** So many days after the object was written, or for all objects from an instant on. */
export type RuleTime = { readonly days: number } | { readonly atMs: number };

export interface Transition {
  readonly due: RuleTime;
  readonly storageClass: TransitionClass;
}

/** Rules of one bucket (S3). */
export const RULES_MAX = 1_000;

const ID_LENGTH_MAX = 255;
const DAYS_MAX = 2 ** 31 - 1;
const DAY_MS = 86_400_000;

/** Refuses what S3 refuses of the rules of one bucket. */
export function checkRules(rules: readonly LifecycleRule[]): void {
  if (rules.length === 0 || rules.length > RULES_MAX)
    throw invalid(`Expected 1 to ${RULES_MAX} rules, got ${rules.length}`);
  const ids = new Set<string>();
  for (const rule of rules) {
    if (ids.has(rule.id)) throw invalid(`Rule ID must be unique. Found same ID for more than one rule: ${rule.id}`);
    ids.add(rule.id);
    checkRule(rule);
  }
}

function checkRule({ id, filter, expiration, transitions, abortUploadsAfterDays }: LifecycleRule): void {
  if (id.length > ID_LENGTH_MAX) throw invalid(`ID length should not exceed allowed limit of ${ID_LENGTH_MAX}`);
  if (expiration === undefined && transitions.length === 0 && abortUploadsAfterDays === undefined) {
    throw new LifecycleError("nothing-to-do", `At least one action needs to be specified in a rule: ${id} has none`);
  }
  if (expiration !== undefined) checkTime(id, "Expiration", expiration, 1);
  const classes = new Set(transitions.map(({ storageClass }) => storageClass));
  if (classes.size < transitions.length) throw invalid(`Rule ${id} names a storage class in two transitions`);
  for (const { due } of transitions) {
    checkTime(id, "Transition", due, 0);
    checkOrder(id, due, expiration);
  }
  if (abortUploadsAfterDays !== undefined) checkAbort(id, abortUploadsAfterDays, filter);
  const { largerThanBytes = -1, smallerThanBytes = Number.POSITIVE_INFINITY } = filter;
  if (largerThanBytes + 1 >= smallerThanBytes) {
    throw invalid(
      `Rule ${id} is for objects larger than ${largerThanBytes} and smaller than ${smallerThanBytes} bytes: there are none`,
    );
  }
}

function checkTime(id: string, action: string, time: RuleTime, daysMin: number): void {
  if ("days" in time) {
    if (Number.isInteger(time.days) && time.days >= daysMin && time.days <= DAYS_MAX) return;
    throw invalid(`'Days' for ${action} action of rule ${id} must be a whole number from ${daysMin}, got ${time.days}`);
  }
  if (time.atMs % DAY_MS === 0) return;
  throw invalid(`'Date' of the ${action} action of rule ${id} must be at midnight GMT, such as 2030-01-01T00:00:00Z`);
}

function checkOrder(id: string, transition: RuleTime, expiration: RuleTime | undefined): void {
  if (expiration === undefined) return;
  const sameKind = "days" in transition === "days" in expiration;
  if (!sameKind) throw invalid(`Found mixed 'Date' and 'Days' based Expiration and Transition actions in rule ${id}`);
  if (timeOf(expiration) > timeOf(transition)) return;
  throw invalid(`The Expiration action of rule ${id} must come later than its Transition actions`);
}

function timeOf(time: RuleTime): number {
  return "days" in time ? time.days : time.atMs;
}

/** An upload has no tags and no size yet. */
function checkAbort(id: string, days: number, { tags, largerThanBytes, smallerThanBytes }: LifecycleFilter): void {
  checkTime(id, "AbortIncompleteMultipartUpload", { days }, 1);
  if (Object.keys(tags).length === 0 && largerThanBytes === undefined && smallerThanBytes === undefined) return;
  throw invalid(`AbortIncompleteMultipartUpload of rule ${id} cannot be specified with tags or object sizes`);
}

function invalid(message: string): LifecycleError {
  return new LifecycleError("invalid", message);
}
