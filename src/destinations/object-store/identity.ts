import { createHash } from "node:crypto";
import type { ObjectInfo, ObjectStore } from "../../storage/object-store.ts";
import type { Parcel } from "../destination.ts";

/**
 * How an object says whose it is. Metadata names the parcel, its record count and the digest over its outcomes; two
 * encoders may give the same outcomes other bytes, and both are the parcel, so bytes are no part of the verdict. Only an
 * object without our metadata (a store that drops it, a sidecar that was lost) is compared byte by byte.
 */
const PARCEL = "lakehose-parcel";
const RECORDS = "lakehose-records";
const OUTCOMES = "lakehose-outcomes";
const SHA256 = "lakehose-sha256";

/** `same`: this parcel has landed. `altered`: its name and id with other content. `foreign`: something else. */
export type Verdict = "same" | "altered" | "foreign";

export function identityMetadata(parcel: Parcel): Record<string, string> {
  return {
    ...parcel.metadata,
    [PARCEL]: parcel.id,
    [RECORDS]: String(parcel.records),
    [OUTCOMES]: parcel.outcomeDigest,
    [SHA256]: parcel.body.sha256,
  };
}

export async function judge(store: ObjectStore, bucket: string, parcel: Parcel, found: ObjectInfo): Promise<Verdict> {
  const { metadata } = found;
  if (metadata[PARCEL] === undefined) return (await hasSameBytes(store, bucket, parcel, found)) ? "same" : "foreign";
  if (metadata[PARCEL] !== parcel.id) return "foreign";
  const same = metadata[RECORDS] === String(parcel.records) && metadata[OUTCOMES] === parcel.outcomeDigest;
  return same ? "same" : "altered";
}

async function hasSameBytes(store: ObjectStore, bucket: string, parcel: Parcel, found: ObjectInfo): Promise<boolean> {
  if (found.bytes !== parcel.body.bytes) return false;
  const hash = createHash("sha256");
  for await (const piece of await store.get(bucket, found.key)) hash.update(piece);
  return hash.digest("hex") === parcel.body.sha256;
}
