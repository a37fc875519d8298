import { writeCondition } from "./conditions.ts";
import { attributesOf, checksumHeaders } from "./object-attributes.ts";
import { emptyAnswer, quoted } from "./s3-answers.ts";
import type { S3Operation } from "./s3-call.ts";

/** S3's limit of one PUT; larger objects come in parts. */
export const PUT_BYTES_MAX = 5 * 1024 ** 3;

/**
 * PUT /bucket/key
 *
 *     If-None-Match: * => 412 where there is an object; If-Match => 412 where it is another, 404 where there is none
 *     Content-MD5, x-amz-checksum-* (header or trailer) => 400 BadDigest
 *
 * What is known before the body is read is said before: nobody sends gigabytes to hear of a bucket that is not there.
 */
export const putObject: S3Operation = {
  name: "PutObject",
  method: "PUT",
  on: "object",
  handle: async (call) => {
    call.authorize("PutObject");
    const { lake, bucket, key, payload } = call;
    const attributes = attributesOf(call);
    const condition = writeCondition((name) => call.header(name));
    await call.requireBucket();
    condition.check(await lake.head(bucket, key));
    const received = await lake.receive(payload.read(PUT_BYTES_MAX), payload.declaredBytes);
    try {
      const { checksums } = payload;
      const target = { bucket, key, etag: received.md5, attributes: { ...attributes, checksums }, ...condition };
      const object = await lake.place(target, received);
      await call.created("ObjectCreated:Put", object);
      return emptyAnswer({ etag: quoted(object.etag), ...checksumHeaders(checksums) });
    } finally {
      await received.discard();
    }
  },
};
