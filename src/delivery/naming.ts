import { objectName, parcelUuid } from "../model/object-name.ts";
import { evaluatePrefix, type PrefixTemplate, parsePrefixes, randomStrings } from "../model/prefix-template.ts";
import { invariant } from "../std/assert.ts";
import type { AccumulatorKey, OpenRecord, Plan } from "./journal/journal-records.ts";

/** The prefixes of a plan, parsed. The API has refused bad ones, so parsing cannot fail here. */
export interface PlanNaming {
  readonly prefix: PrefixTemplate;
  readonly errorPrefix: PrefixTemplate;
}

export function naming(plan: Plan): PlanNaming {
  const parsed = parsePrefixes(plan.definition.naming);
  invariant(parsed.problems === undefined, "prefixes of a plan were checked when it was declared");
  return parsed;
}

/** Identity of a parcel: the same on every retry, never the same for anything else (rule H10). */
export function parcelId(open: OpenRecord, key: string, from: number, to: number): string {
  return parcelUuid(
    open.logIncarnation,
    open.streamUid,
    open.deliveryId,
    open.replayId ?? "",
    String(open.partition),
    key,
    String(from),
    String(to),
  );
}

/** The instants that a name shows. */
export interface NameTimes {
  /** Oldest arrival. */
  readonly oldestMs: number;
  /** Oldest event time, where the prefix shows that; the suffix shows the arrival all the same. */
  readonly oldestEventMs?: number | undefined;
}

/** The literal object key of a parcel: prefix, stream, version, time of the oldest record, id, extension. */
export function parcelName(
  plan: Plan,
  names: PlanNaming,
  id: string,
  key: AccumulatorKey,
  { oldestMs, oldestEventMs }: NameTimes,
  extension: string,
): string {
  const { naming, partition } = plan.definition;
  const { timeZone, extension: chosen } = naming;
  const isError = key.kind === "error";
  const eventTime = isError ? undefined : partition?.eventTime;
  const prefix = evaluatePrefix(isError ? names.errorPrefix : names.prefix, {
    atMs: eventTime ? (oldestEventMs ?? oldestMs) : oldestMs,
    timeZone: eventTime?.timeZone ?? timeZone,
    ...(key.values ? { partitionValues: key.values } : {}),
    ...(key.errorType ? { errorType: key.errorType } : {}),
    // Drawn from the id, so that no chance is left in a name.
    randomString: randomStrings(id),
  });
  const lateness = (key.lateness && eventTime?.[key.lateness]?.prefix) ?? "";
  const dataExtension = chosen ?? extension;
  return (
    lateness +
    prefix +
    objectName({
      stream: plan.streamName,
      versionId: plan.versionId,
      oldestMs,
      timeZone,
      uuid: id,
      extension: isError ? extension : dataExtension,
    })
  );
}
