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

/** The literal object key of a parcel: prefix, stream, version, time of the oldest record, id, extension. */
export function parcelName(
  plan: Plan,
  names: PlanNaming,
  id: string,
  key: AccumulatorKey,
  oldestMs: number,
  extension: string,
): string {
  const { timeZone, extension: chosen } = plan.definition.naming;
  const isError = key.kind === "error";
  const prefix = evaluatePrefix(isError ? names.errorPrefix : names.prefix, {
    atMs: oldestMs,
    timeZone,
    ...(key.values ? { partitionValues: key.values } : {}),
    ...(key.errorType ? { errorType: key.errorType } : {}),
    // Drawn from the id, so that no chance is left in a name.
    randomString: randomStrings(id),
  });
  const dataExtension = chosen ?? extension;
  return (
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
