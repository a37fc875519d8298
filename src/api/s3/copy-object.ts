import type { LakeObject, ObjectAttributes } from "../../storage/local-lake.ts";
import { writeCondition } from "./conditions.ts";
import { openCopySource } from "./copy-source.ts";
import { attributesOf, refuseUnkept, storageClassOf } from "./object-attributes.ts";
import { isoTime, patientAnswer, quoted } from "./s3-answers.ts";
import type { S3Call, S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";
import { tagsFromHeader } from "./tags.ts";

/**
 * PUT /bucket/key with x-amz-copy-source
 *
 *     x-amz-metadata-directive: COPY (default) | REPLACE, x-amz-tagging-directive: COPY (default) | REPLACE
 *     x-amz-storage-class: that of the copy, which is STANDARD without it, whatever the source has
 *     x-amz-copy-source-if-match, -none-match, -modified-since, -unmodified-since => 412
 */
export const copyObject: S3Operation = {
  name: "CopyObject",
  method: "PUT",
  on: "object",
  header: "x-amz-copy-source",
  handle: async (call) => {
    call.authorize("PutObject");
    refuseUnkept(call);
    await call.requireBucket();
    const replacesMetadata = directive(call, "x-amz-metadata-directive");
    const replacesTags = directive(call, "x-amz-tagging-directive");
    const changesClass = call.header("x-amz-storage-class") !== undefined;
    const condition = writeCondition((name) => call.header(name));
    const source = await openCopySource(call);
    const work = async () => {
      if (source.isTarget && !replacesMetadata && !replacesTags && !changesClass) throw copiesNothing();
      const attributes = attributesOfCopy(call, source.object, { replacesMetadata, replacesTags });
      const received = await call.lake.receive(source.read(0, source.object.bytes), source.object.bytes);
      try {
        const target = { bucket: call.bucket, key: call.key, etag: received.md5, attributes, ...condition };
        const object = await call.lake.place(target, received);
        await call.created("ObjectCreated:Copy", object);
        return copyResult("CopyObjectResult", object);
      } finally {
        await received.discard();
      }
    };
    return patientAnswer(
      call,
      work().finally(() => source.close()),
    );
  },
};

export function copyResult(name: string, { etag, modifiedAt }: Pick<LakeObject, "etag" | "modifiedAt">) {
  return [
    name,
    [
      ["LastModified", isoTime(modifiedAt)],
      ["ETag", quoted(etag)],
    ],
  ] as const;
}

function attributesOfCopy(
  call: S3Call,
  source: LakeObject,
  { replacesMetadata, replacesTags }: { readonly replacesMetadata: boolean; readonly replacesTags: boolean },
): ObjectAttributes {
  const { checksums, tags } = source.attributes;
  return {
    ...(replacesMetadata ? attributesOf(call) : source.attributes),
    storageClass: storageClassOf(call),
    tags: replacesTags ? tagsFromHeader(call.header("x-amz-tagging")) : tags,
    checksums,
  };
}

function directive(call: S3Call, name: string): boolean {
  const value = call.header(name) ?? "COPY";
  if (value === "COPY" || value === "REPLACE") return value === "REPLACE";
  throw new S3Error("InvalidArgument", `${name} must be COPY or REPLACE, got ${value.slice(0, 64)}`);
}

function copiesNothing(): S3Error {
  const message =
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, tags or storage class: use the directive REPLACE";
  return new S3Error("InvalidRequest", message);
}
