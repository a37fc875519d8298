import { bodiless, xmlAnswer } from "./s3-answers.ts";
import type { S3Call, S3Operation } from "./s3-call.ts";
import { S3Error, s3ErrorOf } from "./s3-error.ts";
import { childOf, childrenOf, requireRoot, textOf } from "./xml-read.ts";
import type { XmlNode } from "./xml-write.ts";

/** S3's limit of one request. */
const KEYS_MAX = 1000;

/** How many are removed at a time: each waits for its folder to be synced. */
const REMOVED_TOGETHER = 16;

/** DELETE /bucket/key => 204, also where there was no object. */
export const deleteObject: S3Operation = {
  name: "DeleteObject",
  method: "DELETE",
  on: "object",
  handle: async (call) => {
    call.authorize("DeleteObject");
    await call.lake.delete(call.bucket, call.key);
    return bodiless(204);
  },
};

/** POST /bucket?delete: up to 1,000 keys, each with a verdict of its own; with `Quiet` only failures are told. */
export const deleteObjects: S3Operation = {
  name: "DeleteObjects",
  method: "POST",
  on: "bucket",
  subresource: "delete",
  handle: async (call) => {
    // Each key is asked about by itself; where that is refused, S3 says so in the list.
    const document = requireRoot(await call.document(), "Delete");
    const keys = childrenOf(document, "Object").map((object) => textOf(object, "Key"));
    if (keys.length === 0 || keys.length > KEYS_MAX) {
      throw new S3Error("MalformedXML", `Expected 1 to ${KEYS_MAX} objects to delete, got ${keys.length}`);
    }
    const quiet = childOf(document, "Quiet")?.text === "true";
    const verdicts: XmlNode[] = [];
    for (let first = 0; first < keys.length; first += REMOVED_TOGETHER) {
      const group = keys.slice(first, first + REMOVED_TOGETHER);
      verdicts.push(...(await Promise.all(group.map((key) => remove(call, key)))));
    }
    return xmlAnswer(["DeleteResult", quiet ? verdicts.filter(([name]) => name === "Error") : verdicts]);
  },
};

async function remove(call: S3Call, key: string): Promise<XmlNode> {
  try {
    call.authorize("DeleteObject", call.bucket, key);
    await call.lake.delete(call.bucket, key);
    return ["Deleted", [["Key", key]]];
  } catch (error) {
    const known = s3ErrorOf(error);
    if (known === undefined || known.code === "NoSuchBucket" || known.status >= 500) throw error;
    return [
      "Error",
      [
        ["Key", key],
        ["Code", known.code],
        ["Message", known.message],
      ],
    ];
  }
}
