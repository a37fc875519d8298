import { STORAGE_CLASS_DEFAULT } from "../../model/storage-class.ts";
import { encodeKey } from "./list-objects.ts";
import { isoTime, quoted, xmlAnswer } from "./s3-answers.ts";
import type { S3Operation } from "./s3-call.ts";
import { PARTS_MAX, uploadOf } from "./uploads.ts";
import type { XmlNode } from "./xml-write.ts";

/** S3's limit of one page. */
const PAGE_MAX = 1000;

/** GET /bucket/key?uploadId&max-parts&part-number-marker */
export const listParts: S3Operation = {
  name: "ListParts",
  method: "GET",
  on: "object",
  subresource: "uploadId",
  handle: async (call) => {
    call.authorize("ListMultipartUploadParts");
    const partsMax = Math.min(PAGE_MAX, call.number("max-parts", PAGE_MAX, 0, 2 ** 31 - 1));
    const marker = call.number("part-number-marker", 0, 0, PARTS_MAX);
    const { attributes } = await call.lake.uploads.find(uploadOf(call));
    const all = await call.lake.uploads.listParts(uploadOf(call));
    const rest = all.filter(({ partNumber }) => partNumber > marker);
    const parts = rest.slice(0, partsMax);
    return xmlAnswer([
      "ListPartsResult",
      [
        ["Bucket", call.bucket],
        ["Key", call.key],
        ["UploadId", call.query.get("uploadId") ?? ""],
        ["PartNumberMarker", marker],
        ["NextPartNumberMarker", parts.at(-1)?.partNumber ?? marker],
        ["MaxParts", partsMax],
        ["IsTruncated", rest.length > parts.length],
        ["StorageClass", attributes.storageClass ?? STORAGE_CLASS_DEFAULT],
        ...parts.map(
          (part): XmlNode => [
            "Part",
            [
              ["PartNumber", part.partNumber],
              ["LastModified", isoTime(part.modifiedAt)],
              ["ETag", quoted(part.etag)],
              ["Size", part.bytes],
            ],
          ],
        ),
      ],
    ]);
  },
};

/** GET /bucket?uploads&prefix&key-marker&upload-id-marker&max-uploads&encoding-type */
export const listMultipartUploads: S3Operation = {
  name: "ListMultipartUploads",
  method: "GET",
  on: "bucket",
  subresource: "uploads",
  handle: async (call) => {
    call.authorize("ListBucketMultipartUploads");
    await call.requireBucket();
    const prefix = call.query.get("prefix") ?? "";
    const keyMarker = call.query.get("key-marker") ?? "";
    const idMarker = call.query.get("upload-id-marker") ?? "";
    const uploadsMax = Math.min(PAGE_MAX, call.number("max-uploads", PAGE_MAX, 1, 2 ** 31 - 1));
    const encode = call.query.get("encoding-type") === "url" ? encodeKey : (text: string) => text;
    const all = (await call.lake.uploads.list(call.bucket)).filter(({ key }) => key.startsWith(prefix));
    const at = all.findIndex(({ key, uploadId }) => key === keyMarker && uploadId === idMarker);
    const rest = at < 0 ? all.filter(({ key }) => key > keyMarker) : all.slice(at + 1);
    const uploads = rest.slice(0, uploadsMax);
    const last = uploads.at(-1);
    return xmlAnswer([
      "ListMultipartUploadsResult",
      [
        ["Bucket", call.bucket],
        ["KeyMarker", encode(keyMarker)],
        ["UploadIdMarker", idMarker],
        ["NextKeyMarker", encode(last?.key ?? "")],
        ["NextUploadIdMarker", last?.uploadId ?? ""],
        ["Prefix", encode(prefix)],
        ["MaxUploads", uploadsMax],
        ["IsTruncated", rest.length > uploads.length],
        ...uploads.map(
          ({ key, uploadId, startedAt, attributes }): XmlNode => [
            "Upload",
            [
              ["Key", encode(key)],
              ["UploadId", uploadId],
              ["StorageClass", attributes.storageClass ?? STORAGE_CLASS_DEFAULT],
              ["Initiated", isoTime(startedAt)],
            ],
          ],
        ),
      ],
    ]);
  },
};
