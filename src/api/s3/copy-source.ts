import type { OpenedObject } from "../../storage/local-lake.ts";
import { percentDecode } from "../protocol/sigv4-canonical.ts";
import { conditionsOf, judgeRead, preconditionFailed } from "./conditions.ts";
import { noSuchKey } from "./get-object.ts";
import type { S3Call } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";

/**
 * Opens what `x-amz-copy-source` names: `bucket/key`, percent-encoded, with or without a slash in front. The caller has to
 * be allowed to read it, and its conditions have to hold. Whoever opens it closes it.
 */
export async function openCopySource(call: S3Call): Promise<OpenedObject & { readonly isTarget: boolean }> {
  const { bucket, key } = parseCopySource(call.header("x-amz-copy-source") ?? "");
  call.authorize("GetObject", bucket, key);
  const opened = await call.lake.open(bucket, key);
  if (opened === undefined) throw noSuchKey(key);
  const conditions = conditionsOf((name) => call.header(name), "x-amz-copy-source-");
  if (judgeRead(conditions, opened.object) !== "good") {
    await opened.close();
    throw preconditionFailed("x-amz-copy-source-if-*");
  }
  return { ...opened, isTarget: bucket === call.bucket && key === call.key };
}

function parseCopySource(header: string): { readonly bucket: string; readonly key: string } {
  const [path = "", version] = header.split("?versionId=");
  const decoded = percentDecode(path).replace(/^\//, "");
  const slash = decoded.indexOf("/");
  const key = decoded.slice(slash + 1);
  if (slash > 0 && key !== "" && (version === undefined || version === "null")) {
    return { bucket: decoded.slice(0, slash), key };
  }
  const expected = "x-amz-copy-source of the form bucket/key, percent-encoded, without a version";
  throw new S3Error("InvalidArgument", `Expected ${expected}, got ${header.slice(0, 256)}`);
}
