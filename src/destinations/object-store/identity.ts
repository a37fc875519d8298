import { crc32 } from "node:zlib";
import { checksumText } from "../../storage/checksum-text.ts";
import type { ObjectInfo, ObjectStore } from "../../storage/object-store.ts";
import type { Parcel } from "../destination.ts";

/**
 * How an object says whose it is. Metadata names the parcel, its record count and the digest over its outcomes; two
 * encoders may give the same outcomes other bytes, and both are the parcel, so bytes are no part of the verdict. Only an
 * object without our metadata (a store that drops it, a sidecar that was lost) is read, and has to be what some attempt
 * at the parcel sent: the journal knows the size and the CRC-32 of each encoding.
 */
const PARCEL = "lakehose-parcel";
const RECORDS = "lakehose-records";
const OUTCOMES = "lakehose-outcomes";
const CHECKSUM = "lakehose-crc32";

/** `same`: this parcel has landed. `altered`: its name and id with other content. `foreign`: something else. */
export type Verdict = "same" | "altered" | "foreign";

export function identityMetadata(parcel: Parcel): Record<string, string> {
  return {
    ...parcel.metadata,
    [PARCEL]: parcel.id,
    [RECORDS]: String(parcel.records),
    [OUTCOMES]: parcel.outcomeDigest,
    [CHECKSUM]: checksumText(parcel.body.checksum),
  };
}

/** Whose an object says that it is. */
export function identityOf({ metadata }: ObjectInfo): { readonly id: string; readonly records: number } | undefined {
  const id = metadata[PARCEL];
  return id === undefined ? undefined : { id, records: Number(metadata[RECORDS]) };
}

export async function judge(store: ObjectStore, bucket: string, parcel: Parcel, found: ObjectInfo): Promise<Verdict> {
  const { metadata } = found;
  if (metadata[PARCEL] === undefined) return (await wasSentFor(parcel, store, bucket, found)) ? "same" : "foreign";
  if (metadata[PARCEL] !== parcel.id) return "foreign";
  const same = metadata[RECORDS] === String(parcel.records) && metadata[OUTCOMES] === parcel.outcomeDigest;
  return same ? "same" : "altered";
}

async function wasSentFor(parcel: Parcel, store: ObjectStore, bucket: string, found: ObjectInfo): Promise<boolean> {
  const ofItsSize = [parcel.body, ...(parcel.formerBodies ?? [])].filter(({ bytes }) => bytes === found.bytes);
  if (ofItsSize.length === 0) return false;
  let checksum = 0;
  for await (const piece of await store.get(bucket, found.key)) checksum = crc32(piece, checksum);
  return ofItsSize.some((body) => body.checksum === checksum);
}
