import { createHash } from "node:crypto";
import type { DatePart } from "./prefix/date-pattern.ts";
import { formatDate } from "./prefix/format-date.ts";

export interface ObjectNameParts {
  readonly stream: string;
  readonly versionId: string;
  /** Arrival of the oldest record in the object. */
  readonly oldestMs: number;
  readonly timeZone: string;
  readonly uuid: string;
  /** With its dot, or empty. */
  readonly extension: string;
}

/** What follows the evaluated prefix (reference 5.1): `<stream>-<version>-<yyyy-MM-dd-HH-mm-ss>-<uuid><extension>`. */
export function objectName(parts: ObjectNameParts): string {
  const time = formatDate(NAME_TIME, parts.oldestMs, parts.timeZone);
  return `${parts.stream}-${parts.versionId}-${time}-${parts.uuid}${parts.extension}`;
}

/** Every text in a name that has the form of a parcel's identity: the prefix may hold such texts, too. */
export function parcelIdsIn(name: string): readonly string[] {
  return name.match(PARCEL_ID) ?? [];
}

/** True for every name that `objectName` gives to a stream, and for some others. */
export function mayBeNameOf(stream: string, name: string): boolean {
  return name.includes(`${stream}-`);
}

const PARCEL_ID = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/**
 * The identity of a parcel as an RFC 9562 uuid of version 8: a hash of, in this order, log incarnation, stream uid,
 * delivery id, replay id, accumulator key, from, to. The same on every retry, never the same for anything else: each part
 * stands behind its length, so that no two lists of parts give the same bytes.
 */
export function parcelUuid(...parts: readonly (string | number)[]): string {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = Buffer.from(String(part), "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  const digest = hash.digest().subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x80, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = digest.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const NAME_TIME: readonly DatePart[] = nameTimeParts();

function nameTimeParts(): readonly DatePart[] {
  const dash: DatePart = { kind: "literal", text: "-" };
  const fields = [..."MdHms"].flatMap((letter): DatePart[] => [dash, { kind: "field", letter, count: 2 }]);
  return [{ kind: "field", letter: "y", count: 4 }, ...fields];
}
