import { STORAGE_CLASS_DEFAULT, STORAGE_CLASSES, type StorageClass } from "../../model/storage-class.ts";
import type { LakeObject, ObjectAttributes } from "../../storage/local-lake.ts";
import { quoted } from "./s3-answers.ts";
import type { S3Call } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";
import { tagsFromHeader } from "./tags.ts";

/** What S3 gives an object whose writer did not say what it is. */
const CONTENT_TYPE = "binary/octet-stream";

/** S3's limit of user metadata: names and values together. */
const METADATA_BYTES_MAX = 2048;

const METADATA_PREFIX = "x-amz-meta-";

/** Headers whose promise nobody here could keep: better no object than one that is not what its writer thinks. */
const PROMISES: readonly string[] = [
  "x-amz-server-side-encryption-customer-algorithm",
  "x-amz-copy-source-server-side-encryption-customer-algorithm",
  "x-amz-object-lock-mode",
  "x-amz-object-lock-retain-until-date",
  "x-amz-object-lock-legal-hold",
  "x-amz-write-offset-bytes",
];

/** What the headers of a PUT say of the object; checksums come from its body. */
export function attributesOf(call: S3Call): ObjectAttributes {
  refuseUnkept(call);
  const encoding = call
    .header("content-encoding")
    ?.split(",")
    .map((one) => one.trim());
  const ownEncoding = encoding?.filter((one) => one !== "aws-chunked" && one !== "").join(",");
  return {
    contentType: call.header("content-type") ?? CONTENT_TYPE,
    contentEncoding: ownEncoding === "" ? undefined : ownEncoding,
    contentDisposition: call.header("content-disposition"),
    contentLanguage: call.header("content-language"),
    cacheControl: call.header("cache-control"),
    expires: call.header("expires"),
    metadata: metadataOf(call),
    storageClass: storageClassOf(call),
    tags: tagsFromHeader(call.header("x-amz-tagging")),
    checksums: {},
  };
}

/** The class that a write asks for; `undefined` = the default, which is what an object has that says nothing. */
export function storageClassOf(call: S3Call): StorageClass | undefined {
  const given = call.header("x-amz-storage-class");
  if (given === undefined || given === STORAGE_CLASS_DEFAULT) return undefined;
  const known = STORAGE_CLASSES.find((name) => name === given);
  if (known !== undefined) return known;
  const expected = STORAGE_CLASSES.join(", ");
  const message = `The storage class you specified is not valid: expected ${expected}, got ${given.slice(0, 64)}`;
  throw new S3Error("InvalidStorageClass", message);
}

export function refuseUnkept(call: S3Call): void {
  const promise = PROMISES.find((name) => call.header(name) !== undefined);
  if (promise === undefined) return;
  const message = `A header you provided implies functionality that is not implemented: ${promise}. The local lake does without it.`;
  throw new S3Error("NotImplemented", message);
}

function metadataOf(call: S3Call): Record<string, string> {
  const metadata: Record<string, string> = {};
  let bytes = 0;
  for (const name of Object.keys(call.request.headers)) {
    if (!name.startsWith(METADATA_PREFIX) || name === METADATA_PREFIX) continue;
    const own = name.slice(METADATA_PREFIX.length);
    const value = call.header(name) ?? "";
    metadata[own] = value;
    bytes += own.length + Buffer.byteLength(value);
  }
  if (bytes <= METADATA_BYTES_MAX) return metadata;
  const message = `User metadata may have at most ${METADATA_BYTES_MAX} bytes, got ${bytes}`;
  throw new S3Error("MetadataTooLarge", message);
}

/** What GET and HEAD say of an object, its length and range apart. */
export function headersOf(
  { etag, modifiedAt, attributes }: LakeObject,
  withChecksums: boolean,
): Record<string, string> {
  const { metadata, tags, checksums } = attributes;
  const headers: Record<string, string> = {
    etag: quoted(etag),
    "last-modified": new Date(modifiedAt).toUTCString(),
    "accept-ranges": "bytes",
    "content-type": attributes.contentType,
  };
  const set = (name: string, value: string | undefined) => {
    if (value !== undefined) headers[name] = value;
  };
  set("content-encoding", attributes.contentEncoding);
  set("content-disposition", attributes.contentDisposition);
  set("content-language", attributes.contentLanguage);
  set("cache-control", attributes.cacheControl);
  set("expires", attributes.expires);
  set("x-amz-storage-class", attributes.storageClass);
  const tagCount = Object.keys(tags).length;
  if (tagCount > 0) headers["x-amz-tagging-count"] = String(tagCount);
  for (const [name, value] of Object.entries(metadata)) headers[METADATA_PREFIX + name] = value;
  return withChecksums ? { ...headers, ...checksumHeaders(checksums) } : headers;
}

export function checksumHeaders(checksums: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value]));
}
