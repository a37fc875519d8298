import type { EventTimePartition, LatenessPolicy, PartitionKey } from "../model/delivery-definition.ts";
import { LakehoseError } from "../model/errors.ts";
import { createSplitter } from "../model/prefix/splitter.ts";
import type { KeptOutcome } from "../processors/processor.ts";
import { type AccumulatorKey, keyText, type Plan } from "./journal/journal-records.ts";
import { type PlanNaming, parcelName } from "./naming.ts";

/**
 * Finds where a record gathers: by the time split of the prefix, by the values that the prefix names, and by how late it
 * came. Whatever else processors have found out does not matter here.
 *
 * One `Place` stands for one key as long as it is remembered, so that whoever groups records compares objects, not texts:
 * a place is found by walking one map per value. What is wrong with a key (a value is missing, the name would be too long)
 * is found out when it is met first and told to every record of it. A batch that is under way never loses a place: they
 * are forgotten between batches only.
 */
export class Places {
  readonly #plan: Plan;
  readonly #names: PlanNaming;
  readonly #extension: string;
  readonly #keys: readonly PartitionKey[];
  readonly #eventTime: EventTimePartition | undefined;
  readonly #splitArrival: (atMs: number) => string;
  readonly #splitEvent: (atMs: number) => string;
  readonly #splitError: (atMs: number) => string;
  readonly #roots = { "in-time": newBranch(), late: newBranch(), future: newBranch(), error: newBranch() };
  readonly #places = new Map<string, Place>();
  #size = 0;

  /** `extension` is that of data objects, for the length of a name. */
  constructor(plan: Plan, names: PlanNaming, extension: string) {
    const { naming, partition } = plan.definition;
    this.#plan = plan;
    this.#names = names;
    this.#extension = extension;
    this.#keys = partition?.keys ?? [];
    this.#eventTime = partition?.eventTime;
    this.#splitArrival = createSplitter(names.prefix, naming.timeZone);
    this.#splitEvent = createSplitter(names.prefix, partition?.eventTime?.timeZone ?? naming.timeZone);
    this.#splitError = createSplitter(names.errorPrefix, naming.timeZone);
  }

  /** The time split of data at an arrival time. */
  dataSplit(arrivalMs: number): string {
    return this.#splitArrival(arrivalMs);
  }

  eventSplit(eventMs: number): string {
    return this.#splitEvent(eventMs);
  }

  errorSplit(arrivalMs: number): string {
    return this.#splitError(arrivalMs);
  }

  /** Between batches: forgets places when they have become too many. */
  tidy(): void {
    if (this.#size < PLACES_MAX) return;
    for (const root of Object.values(this.#roots)) root.next.clear();
    this.#places.clear();
    this.#size = 0;
  }

  /** Where a record gathers, or why it cannot. Decided by the record and its stored arrival alone. */
  of(outcome: Pick<KeptOutcome, "partitionValues" | "eventTimeMs">, arrivalMs: number): Place | Refusal {
    const eventMs = this.#eventTime === undefined ? undefined : (outcome.eventTimeMs ?? arrivalMs);
    const lateness = eventMs === undefined ? "in-time" : this.#latenessOf(eventMs, arrivalMs);
    const split = eventMs === undefined ? this.#splitArrival(arrivalMs) : this.#splitEvent(eventMs);
    let branch = this.#next(this.#roots[lateness], split);
    for (const { name } of this.#keys) branch = this.#next(branch, outcome.partitionValues?.[name] ?? "");
    branch.found ??= this.#find(outcome, eventMs ?? arrivalMs, split, lateness);
    return branch.found;
  }

  ofError(errorType: string, arrivalMs: number): Place {
    const split = this.#splitError(arrivalMs);
    const branch = this.#next(this.#next(this.#roots.error, split), errorType);
    branch.found ??= { key: { kind: "error", split, errorType } };
    return branch.found as Place;
  }

  #next(branch: Branch, value: string): Branch {
    let next = branch.next.get(value);
    if (next === undefined) {
      next = newBranch();
      branch.next.set(value, next);
      this.#size++;
    }
    return next;
  }

  #latenessOf(eventMs: number, arrivalMs: number): Lateness {
    const { late, future } = this.#eventTime ?? {};
    if (late && arrivalMs - eventMs > late.afterMs) return "late";
    if (future && eventMs - arrivalMs > future.afterMs) return "future";
    return "in-time";
  }

  #find(outcome: Pick<KeptOutcome, "partitionValues">, atMs: number, split: string, lateness: Lateness) {
    const policy = policyOf(this.#eventTime, lateness);
    if (policy?.to === "error-output") return lateRefusal(lateness, policy);
    const values: Record<string, string> = {};
    for (const key of this.#keys) {
      const value = keyValueOf(key, outcome.partitionValues?.[key.name] ?? "");
      if (typeof value !== "string") return value;
      values[key.name] = value;
    }
    const key: AccumulatorKey = {
      kind: "data",
      split,
      ...(this.#keys.length > 0 ? { values } : {}),
      ...(lateness === "in-time" ? {} : { lateness }),
    };
    return this.#refuseName(key, atMs) ?? this.#placeOf(key);
  }

  /** A default and a number format make one key of values that were written in several ways. */
  #placeOf(key: AccumulatorKey): Place {
    const text = keyText(key);
    const place = this.#places.get(text) ?? { key };
    this.#places.set(text, place);
    return place;
  }

  /**
   * The values of a record may make a name that stores do not take, and a parcel that can never land would hold back all
   * others: better its records are told.
   */
  #refuseName(key: AccumulatorKey, atMs: number): Refusal | undefined {
    if (key.values === undefined) return undefined;
    try {
      const name = parcelName(this.#plan, this.#names, ANY_UUID, key, { oldestMs: atMs }, this.#extension);
      if (name.includes("\0") || !name.isWellFormed()) {
        return extractionFailed("The name of an object is well-formed Unicode without NUL; a value of a key is not");
      }
      const bytes = Buffer.byteLength(name);
      if (bytes <= OBJECT_KEY_BYTES_MAX) return undefined;
      return extractionFailed(
        `The name of an object has at most ${OBJECT_KEY_BYTES_MAX} bytes; it would have ${bytes}`,
      );
    } catch (error) {
      if (error instanceof LakehoseError) return extractionFailed(error.message);
      throw error;
    }
  }
}

/** Where records gather. The same object for the same key, as long as it is remembered. */
export interface Place {
  readonly key: AccumulatorKey;
}

/** Why a record cannot gather anywhere. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

type Lateness = "in-time" | "late" | "future";

interface Branch {
  readonly next: Map<string, Branch>;
  found: Place | Refusal | undefined;
}

/** Places are forgotten beyond these: some 20 MB, several times the partitions that Firehose lets anybody have. */
const PLACES_MAX = 50_000;

/** S3: the key of an object has at most 1,024 bytes of UTF-8. */
const OBJECT_KEY_BYTES_MAX = 1024;

/** As long as any. */
const ANY_UUID = "00000000-0000-8000-8000-000000000000";

/** Reference 4.4, 5.6. */
const EXTRACTION_FAILED = "DynamicPartitioning.MetadataExtractionFailed";

export const PARTITION_LIMIT_EXCEEDED = "DynamicPartitioning.ActivePartitionsLimitExceeded";

function newBranch(): Branch {
  return { next: new Map(), found: undefined };
}

function extractionFailed(message: string): Refusal {
  return { code: EXTRACTION_FAILED, message };
}

function policyOf(eventTime: EventTimePartition | undefined, lateness: Lateness): LatenessPolicy | undefined {
  return lateness === "in-time" ? undefined : eventTime?.[lateness];
}

function lateRefusal(lateness: Lateness, { afterMs }: LatenessPolicy): Refusal {
  const told = `more than ${afterMs / 1000} s`;
  return lateness === "late"
    ? { code: "PartitionTime.Late", message: `The record happened ${told} before it arrived` }
    : { code: "PartitionTime.Future", message: `The record claims to have happened ${told} after it arrived` };
}

/** The text of a key in a name, from what the record says; `""` stands for nothing. */
function keyValueOf({ name, format, default: otherwise }: PartitionKey, given: string): string | Refusal {
  // A query may give the default itself.
  if (given === "" || given === otherwise) {
    return otherwise ?? extractionFailed(`partitionKeys values must not be null or empty (${name})`);
  }
  if (format === undefined) return given;
  const padded = formatWholeNumber(format, given);
  return padded ?? extractionFailed(`Expected a whole number for the partition key ${name} (${format}), got ${given}`);
}

/** `%d`, `%5d`, `%05d`, as printf means them. */
export const WHOLE_NUMBER_FORMAT = /^%(0?)(\d{0,2})d$/;

function formatWholeNumber(format: string, given: string): string | undefined {
  const [, zero, width = ""] = WHOLE_NUMBER_FORMAT.exec(format) ?? [];
  if (zero === undefined || !/^[+-]?\d+$/.test(given)) return undefined;
  const sign = given.startsWith("-") ? "-" : "";
  const digits = given.replace(/^[+-]?0*(?=\d)/, "");
  return zero === "0"
    ? sign + digits.padStart(Number(width) - sign.length, "0")
    : (sign + digits).padStart(Number(width));
}
