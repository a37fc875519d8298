import { rulesDocument, rulesFromDocument } from "./lifecycle-document.ts";
import { bodiless, emptyAnswer, xmlAnswer } from "./s3-answers.ts";
import type { S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";

const on = { on: "bucket", subresource: "lifecycle" } as const;

/** S3 says so with each answer: smaller objects are not moved unless a rule names sizes. */
const SIZE_HEADER = { "x-amz-transition-default-minimum-object-size": "all_storage_classes_128K" };

/** GET /bucket?lifecycle => the rules that were put; 404 NoSuchLifecycleConfiguration. Those of the configuration are not shown. */
export const getBucketLifecycle: S3Operation = {
  ...on,
  name: "GetBucketLifecycleConfiguration",
  method: "GET",
  handle: async (call) => {
    call.authorize("GetLifecycleConfiguration");
    await call.requireBucket();
    const rules = call.lifecycle.get(call.bucket);
    if (rules === undefined) {
      throw new S3Error("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist");
    }
    return xmlAnswer(rulesDocument(rules), SIZE_HEADER);
  },
};

/** PUT /bucket?lifecycle replaces all rules; 400 InvalidArgument, InvalidRequest, MalformedXML */
export const putBucketLifecycle: S3Operation = {
  ...on,
  name: "PutBucketLifecycleConfiguration",
  method: "PUT",
  handle: async (call) => {
    call.authorize("PutLifecycleConfiguration");
    await call.requireBucket();
    await call.lifecycle.put(call.bucket, rulesFromDocument(await call.document()));
    return emptyAnswer(SIZE_HEADER);
  },
};

/** DELETE /bucket?lifecycle => 204, also where there are none. Needs the permission to put, as it does on S3. */
export const deleteBucketLifecycle: S3Operation = {
  ...on,
  name: "DeleteBucketLifecycle",
  method: "DELETE",
  handle: async (call) => {
    call.authorize("PutLifecycleConfiguration");
    await call.requireBucket();
    await call.lifecycle.remove(call.bucket);
    return bodiless(204);
  },
};
