import { createHash } from "node:crypto";
import type { LakePart } from "../../storage/local-lake.ts";
import type { UploadRef } from "../../storage/object-store.ts";
import { writeCondition } from "./conditions.ts";
import { attributesOf } from "./object-attributes.ts";
import { bodiless, patientAnswer, quoted, xmlAnswer } from "./s3-answers.ts";
import type { S3Call, S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";
import { childrenOf, requireRoot, textOf, type XmlElement } from "./xml-read.ts";
import type { XmlNode } from "./xml-write.ts";

/** S3's limits. */
export const PARTS_MAX = 10_000;
const PART_BYTES_MIN = 5 * 1024 ** 2;

/** POST /bucket/key?uploads */
export const createMultipartUpload: S3Operation = {
  name: "CreateMultipartUpload",
  method: "POST",
  on: "object",
  subresource: "uploads",
  handle: async (call) => {
    call.authorize("PutObject");
    const attributes = attributesOf(call);
    await call.requireBucket();
    const uploadId = await call.lake.uploads.create(call.bucket, call.key, attributes);
    return xmlAnswer([
      "InitiateMultipartUploadResult",
      [
        ["Bucket", call.bucket],
        ["Key", call.key],
        ["UploadId", uploadId],
      ],
    ]);
  },
};

/**
 * POST /bucket/key?uploadId with the numbers and entity tags of the parts, in rising order
 *
 *     If-None-Match: *, If-Match as with PUT
 *     400 InvalidPart, InvalidPartOrder, EntityTooSmall (each part but the last has 5 MiB); 404 NoSuchUpload
 */
export const completeMultipartUpload: S3Operation = {
  name: "CompleteMultipartUpload",
  method: "POST",
  on: "object",
  subresource: "uploadId",
  handle: async (call) => {
    call.authorize("PutObject");
    const upload = uploadOf(call);
    const condition = writeCondition((name) => call.header(name));
    const { attributes } = await call.lake.uploads.find(upload);
    const wanted = requireRoot(await call.document(), "CompleteMultipartUpload");
    const parts = chooseParts(wanted, await call.lake.uploads.listParts(upload));
    await call.requireBucket();
    condition.check(await call.lake.head(call.bucket, call.key));
    const { bucket, key } = call;
    const target = { bucket, key, etag: etagOf(parts), attributes, ...condition };
    const result = async (): Promise<XmlNode> => {
      const object = await call.lake.uploads.complete(upload, parts, target);
      await call.created("ObjectCreated:CompleteMultipartUpload", object);
      return [
        "CompleteMultipartUploadResult",
        [
          ["Location", call.request.path],
          ["Bucket", bucket],
          ["Key", key],
          ["ETag", quoted(object.etag)],
        ],
      ];
    };
    return patientAnswer(call, result());
  },
};

/** DELETE /bucket/key?uploadId => 204 */
export const abortMultipartUpload: S3Operation = {
  name: "AbortMultipartUpload",
  method: "DELETE",
  on: "object",
  subresource: "uploadId",
  handle: async (call) => {
    call.authorize("AbortMultipartUpload");
    await call.lake.uploads.abort(uploadOf(call));
    return bodiless(204);
  },
};

export function uploadOf({ bucket, key, query }: S3Call): UploadRef {
  return { bucket, key, uploadId: query.get("uploadId") ?? "" };
}

function chooseParts(wanted: XmlElement, there: readonly LakePart[]): readonly LakePart[] {
  const elements = childrenOf(wanted, "Part");
  if (elements.length === 0 || elements.length > PARTS_MAX) {
    throw new S3Error("MalformedXML", `Expected 1 to ${PARTS_MAX} parts, got ${elements.length}`);
  }
  const known = new Map(there.map((part) => [`${part.partNumber} ${part.etag}`, part]));
  let before = 0;
  const parts = elements.map((element) => {
    const partNumber = Number(textOf(element, "PartNumber"));
    const etag = textOf(element, "ETag").replace(/^"|"$/g, "");
    const part = known.get(`${partNumber} ${etag}`);
    if (part === undefined) {
      const message = `One or more of the specified parts could not be found, or its entity tag is another: part ${partNumber}`;
      throw new S3Error("InvalidPart", message);
    }
    if (partNumber <= before) throw new S3Error("InvalidPartOrder", "The list of parts was not in ascending order.");
    before = partNumber;
    return part;
  });
  const small = parts.slice(0, -1).find(({ bytes }) => bytes < PART_BYTES_MIN);
  if (small === undefined) return parts;
  const message = `Every part but the last has to have at least ${PART_BYTES_MIN} bytes, part ${small.partNumber} has ${small.bytes}`;
  throw new S3Error("EntityTooSmall", message);
}

/** As S3 has it: the MD5 of the parts' MD5s, and how many they are. */
function etagOf(parts: readonly LakePart[]): string {
  const digest = createHash("md5");
  for (const { etag } of parts) digest.update(Buffer.from(etag, "hex"));
  return `${digest.digest("hex")}-${parts.length}`;
}
