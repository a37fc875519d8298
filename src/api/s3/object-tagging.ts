import { noSuchKey } from "./get-object.ts";
import { bodiless, emptyAnswer, xmlAnswer } from "./s3-answers.ts";
import type { S3Operation } from "./s3-call.ts";
import { tagsDocument, tagsFromDocument } from "./tags.ts";

const on = { on: "object", subresource: "tagging" } as const;

/** GET, PUT, DELETE /bucket/key?tagging */
export const getObjectTagging: S3Operation = {
  ...on,
  name: "GetObjectTagging",
  method: "GET",
  handle: async (call) => {
    call.authorize("GetObjectTagging");
    const object = await call.lake.head(call.bucket, call.key);
    if (object === undefined) throw noSuchKey(call.key);
    return xmlAnswer(tagsDocument(object.attributes.tags));
  },
};

export const putObjectTagging: S3Operation = {
  ...on,
  name: "PutObjectTagging",
  method: "PUT",
  handle: async (call) => {
    call.authorize("PutObjectTagging");
    await call.lake.setTags(call.bucket, call.key, tagsFromDocument(await call.document()));
    return emptyAnswer();
  },
};

export const deleteObjectTagging: S3Operation = {
  ...on,
  name: "DeleteObjectTagging",
  method: "DELETE",
  handle: async (call) => {
    call.authorize("DeleteObjectTagging");
    await call.lake.setTags(call.bucket, call.key, {});
    return bodiless(204);
  },
};
