import { deleteBucketLifecycle, getBucketLifecycle, putBucketLifecycle } from "./bucket-lifecycle.ts";
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
} from "./buckets.ts";
import { copyObject } from "./copy-object.ts";
import { deleteObject, deleteObjects } from "./delete-object.ts";
import { getObject, headObject } from "./get-object.ts";
import { listObjects, listObjectsV2 } from "./list-objects.ts";
import { listMultipartUploads, listParts } from "./list-uploads.ts";
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from "./object-tagging.ts";
import { putObject } from "./put-object.ts";
import type { S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";
import { uploadPart, uploadPartCopy } from "./upload-part.ts";
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload } from "./uploads.ts";

/** Everything that the door answers; what is told apart by more stands first. */
export const s3Operations: readonly S3Operation[] = [
  listBuckets,
  getBucketLocation,
  getBucketVersioning,
  getBucketLifecycle,
  putBucketLifecycle,
  deleteBucketLifecycle,
  listMultipartUploads,
  listObjectsV2,
  listObjects,
  createBucket,
  headBucket,
  deleteBucket,
  deleteObjects,
  getObjectTagging,
  putObjectTagging,
  deleteObjectTagging,
  createMultipartUpload,
  completeMultipartUpload,
  abortMultipartUpload,
  listParts,
  uploadPartCopy,
  uploadPart,
  getObject,
  headObject,
  copyObject,
  putObject,
  deleteObject,
];

/** Parameters that say which thing is meant, known or not: none of them may be taken for a plain GET or PUT. */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  "accelerate",
  "acl",
  "analytics",
  "append",
  "attributes",
  "cors",
  "delete",
  "encryption",
  "intelligent-tiering",
  "inventory",
  "legal-hold",
  "lifecycle",
  "location",
  "logging",
  "metadataTable",
  "metrics",
  "notification",
  "object-lock",
  "ownershipControls",
  "policy",
  "policyStatus",
  "publicAccessBlock",
  "renameObject",
  "replication",
  "requestPayment",
  "restore",
  "retention",
  "select",
  "session",
  "tagging",
  "torrent",
  "uploadId",
  "uploads",
  "versioning",
  "versions",
  "website",
]);

export interface S3Address {
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly hasHeader: (name: string) => boolean;
}

/** The operation that a request means. Throws NotImplemented, which names what was asked for. */
export function findOperation(address: S3Address): S3Operation {
  const { method, bucket, key, query } = address;
  const on = bucket === "" ? "service" : key === "" ? "bucket" : "object";
  const subresource = [...query.keys()].find((name) => SUBRESOURCES.has(name));
  const found = s3Operations.find(
    (operation) =>
      operation.method === method &&
      operation.on === on &&
      operation.subresource === subresource &&
      (operation.header === undefined || address.hasHeader(operation.header)) &&
      (operation.parameter === undefined || query.get(operation.parameter[0]) === operation.parameter[1]),
  );
  if (found !== undefined) return found;
  const what = subresource === undefined ? on : `${on}?${subresource}`;
  const message = `A header or query you provided implies functionality that is not implemented: ${method} ${what}. The local lake does without it.`;
  throw new S3Error("NotImplemented", message);
}
