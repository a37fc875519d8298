import type { ObjectStoreError } from "../../storage/object-store.ts";

/** Codes of the store that AWS's delivery logs know by the same name behind `S3.` (Firehose, "S3 delivery errors"). */
const KNOWN_STORE_CODES: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccountProblem",
  "AllAccessDisabled",
  "InvalidPayer",
  "NotSignedUp",
  "NoSuchBucket",
  "MethodNotAllowed",
  "KMS.NotFoundException",
  "KMS.RequestLimitExceeded",
]);

/** How a store's failure is called in the delivery log that people read. */
export function logCodeOf(error: ObjectStoreError): string {
  if (KNOWN_STORE_CODES.has(error.storeCode)) return `S3.${error.storeCode}`;
  if (error.code === "denied") return "S3.AccessDenied";
  if (error.code === "no-such-bucket") return "S3.NoSuchBucket";
  return "InternalError";
}
