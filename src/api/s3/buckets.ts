import { bodiless, emptyAnswer, isoTime, xmlAnswer } from "./s3-answers.ts";
import type { S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";
import { requireRoot } from "./xml-read.ts";
import type { XmlNode } from "./xml-write.ts";

/** S3's rule for the names of buckets. Deliveries make others too; those can be used, but not made here. */
const NAME_PATTERN = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** GET / */
export const listBuckets: S3Operation = {
  name: "ListBuckets",
  method: "GET",
  on: "service",
  handle: async (call) => {
    call.authorize("ListAllMyBuckets");
    const prefix = call.query.get("prefix") ?? "";
    const buckets = (await call.lake.listBuckets()).filter(({ name }) => name.startsWith(prefix));
    const nodes = buckets.map(
      ({ name, modifiedAt }): XmlNode => [
        "Bucket",
        [
          ["Name", name],
          ["CreationDate", isoTime(modifiedAt)],
        ],
      ],
    );
    return xmlAnswer([
      "ListAllMyBucketsResult",
      [
        ["Owner", [["ID", call.caller.accountId]]],
        ["Buckets", nodes],
      ],
    ]);
  },
};

/** PUT /bucket. The region that the document may name is taken as it is: there is only one place. */
export const createBucket: S3Operation = {
  name: "CreateBucket",
  method: "PUT",
  on: "bucket",
  handle: async (call) => {
    call.authorize("CreateBucket");
    if (!NAME_PATTERN.test(call.bucket)) {
      const expected = "3 to 63 lower-case letters, digits, dots and hyphens";
      throw new S3Error("InvalidBucketName", `Expected a bucket name of ${expected}, got ${call.bucket.slice(0, 64)}`);
    }
    if (hasBody(call.request.headers)) requireRoot(await call.document(), "CreateBucketConfiguration");
    // Of a former bucket whose folder somebody removed by hand.
    if ((await call.lake.findBucket(call.bucket)) === undefined) await call.lifecycle.remove(call.bucket);
    if (!(await call.lake.createBucket(call.bucket))) {
      throw new S3Error("BucketAlreadyOwnedByYou", `There is a bucket ${call.bucket} already, and it is yours.`);
    }
    return emptyAnswer({ location: `/${call.bucket}` });
  },
};

/** HEAD /bucket, in the region that the caller has signed for: here every region is the same place. */
export const headBucket: S3Operation = {
  name: "HeadBucket",
  method: "HEAD",
  on: "bucket",
  handle: async (call) => {
    call.authorize("ListBucket");
    await call.requireBucket();
    return bodiless(200, { "x-amz-bucket-region": call.caller.region, "content-length": "0" });
  },
};

/** DELETE /bucket => 204, or 409 BucketNotEmpty */
export const deleteBucket: S3Operation = {
  name: "DeleteBucket",
  method: "DELETE",
  on: "bucket",
  handle: async (call) => {
    call.authorize("DeleteBucket");
    if (!(await call.lake.deleteBucket(call.bucket))) {
      throw new S3Error("BucketNotEmpty", "The bucket you tried to delete is not empty.");
    }
    await call.lifecycle.remove(call.bucket);
    return bodiless(204);
  },
};

/** GET /bucket?location */
export const getBucketLocation: S3Operation = {
  name: "GetBucketLocation",
  method: "GET",
  on: "bucket",
  subresource: "location",
  handle: async (call) => {
    call.authorize("GetBucketLocation");
    await call.requireBucket();
    const { region } = call.caller;
    return xmlAnswer(["LocationConstraint", region === "us-east-1" ? "" : region]);
  },
};

/** GET /bucket?versioning: it never was switched on. */
export const getBucketVersioning: S3Operation = {
  name: "GetBucketVersioning",
  method: "GET",
  on: "bucket",
  subresource: "versioning",
  handle: async (call) => {
    call.authorize("GetBucketVersioning");
    await call.requireBucket();
    return xmlAnswer(["VersioningConfiguration", []]);
  },
};

function hasBody(headers: Readonly<Record<string, string | string[] | undefined>>): boolean {
  const length = headers["x-amz-decoded-content-length"] ?? headers["content-length"];
  return length === undefined ? headers["transfer-encoding"] !== undefined : Number(length) > 0;
}
