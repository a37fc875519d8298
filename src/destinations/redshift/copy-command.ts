import { quotedText } from "../../std/sql-text.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import type { Parcel } from "../destination.ts";
import type { RedshiftOptions } from "./redshift-options.ts";

/** Folders of the bucket in between, as Firehose has them. */
export const MANIFESTS = "manifests/";
export const FAILED_MANIFESTS = "errors/manifests/";

/** The file that tells COPY which objects belong to it: one for each parcel, under a name that follows from the parcel's. */
export function manifestOf(parcel: Parcel, bucket: string, folder: string, isDoubtful = false): Parcel {
  const entries = [{ url: `s3://${bucket}/${parcel.name}`, mandatory: true }];
  const { contentEncoding: _, formerBodies: __, ...rest } = parcel;
  return {
    ...rest,
    name: `${folder}${parcel.name}`,
    contentType: "application/json",
    // Whoever loads it by hand has to look first.
    ...(isDoubtful ? { metadata: { ...parcel.metadata, "lakehose-in-doubt": "true" } } : {}),
    body: bytesBody(Buffer.from(JSON.stringify({ entries }))),
  };
}

/** How the cluster may read is said once: by the options where they do. */
const READS_BY = /\b(IAM_ROLE|CREDENTIALS|ACCESS_KEY_ID)\b/i;

/** `COPY table (columns) FROM 's3://…' IAM_ROLE '…' MANIFEST options`. */
export function copyCommand(manifestName: string, options: RedshiftOptions): string {
  const { table, columns = "", role, copyOptions, bucket } = options;
  const target = columns.trim() === "" ? table : `${table} (${columns})`;
  const credentials = READS_BY.test(copyOptions) ? "" : ` IAM_ROLE ${quotedText(role)}`;
  const source = quotedText(`s3://${bucket.bucket}/${manifestName}`);
  return `COPY ${target} FROM ${source}${credentials} MANIFEST ${copyOptions}`.trimEnd();
}
