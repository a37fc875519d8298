import { STORAGE_CLASS_DEFAULT } from "../../model/storage-class.ts";
import type { ListPage, PageEntry } from "../../storage/local-lake.ts";
import { isoTime, quoted, xmlAnswer } from "./s3-answers.ts";
import type { S3Call, S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";
import type { XmlNode } from "./xml-write.ts";

/** S3's limit of one page; more may be asked for and is not given. */
const KEYS_MAX = 1000;
const ASKED_MAX = 2 ** 31 - 1;

/** GET /bucket?prefix&delimiter&marker&max-keys&encoding-type */
export const listObjects: S3Operation = {
  name: "ListObjects",
  method: "GET",
  on: "bucket",
  handle: async (call) => {
    call.authorize("ListBucket");
    const marker = call.query.get("marker") ?? "";
    const listing = await list(call, marker);
    const { encode, page } = listing;
    const last = lastOf(page);
    return xmlAnswer([
      "ListBucketResult",
      [
        ...listing.head,
        ["Marker", encode(marker)],
        page.truncated && last !== undefined ? ["NextMarker", encode(last)] : undefined,
        ...contentsOf(call, listing, true),
      ],
    ]);
  },
};

/** GET /bucket?list-type=2&prefix&delimiter&start-after&continuation-token&max-keys&encoding-type&fetch-owner */
export const listObjectsV2: S3Operation = {
  name: "ListObjectsV2",
  method: "GET",
  on: "bucket",
  parameter: ["list-type", "2"],
  handle: async (call) => {
    call.authorize("ListBucket");
    const token = call.query.get("continuation-token");
    const startAfter = call.query.get("start-after");
    const listing = await list(call, token === undefined ? (startAfter ?? "") : readToken(token));
    const { encode, page } = listing;
    const last = lastOf(page);
    return xmlAnswer([
      "ListBucketResult",
      [
        ...listing.head,
        ["KeyCount", page.entries.length],
        startAfter === undefined ? undefined : ["StartAfter", encode(startAfter)],
        token === undefined ? undefined : ["ContinuationToken", token],
        page.truncated && last !== undefined ? ["NextContinuationToken", makeToken(last)] : undefined,
        ...contentsOf(call, listing, call.query.get("fetch-owner") === "true"),
      ],
    ]);
  },
};

interface Listing {
  readonly page: ListPage;
  readonly encode: (text: string) => string;
  readonly head: readonly (XmlNode | undefined)[];
}

async function list(call: S3Call, after: string): Promise<Listing> {
  const prefix = call.query.get("prefix") ?? "";
  const delimiter = call.query.get("delimiter") ?? "";
  const keysMax = Math.min(KEYS_MAX, call.number("max-keys", KEYS_MAX, 0, ASKED_MAX));
  const encoding = call.query.get("encoding-type");
  if (encoding !== undefined && encoding !== "url") {
    throw new S3Error("InvalidArgument", `encoding-type must be url, got ${encoding.slice(0, 32)}`);
  }
  const encode = encoding === undefined ? (text: string) => text : encodeKey;
  const page = await call.lake.listPage(call.bucket, { prefix, delimiter, after, entriesMax: keysMax });
  const head: (XmlNode | undefined)[] = [
    ["Name", call.bucket],
    ["Prefix", encode(prefix)],
    delimiter === "" ? undefined : ["Delimiter", encode(delimiter)],
    ["MaxKeys", keysMax],
    encoding === undefined ? undefined : ["EncodingType", encoding],
    ["IsTruncated", page.truncated],
  ];
  return { page, encode, head };
}

function contentsOf(call: S3Call, { page, encode }: Listing, withOwner: boolean): XmlNode[] {
  const owner: XmlNode | undefined = withOwner ? ["Owner", [["ID", call.caller.accountId]]] : undefined;
  return page.entries.map((entry): XmlNode => {
    if ("commonPrefix" in entry) return ["CommonPrefixes", [["Prefix", encode(entry.commonPrefix)]]];
    const { key, bytes, etag, modifiedAt, attributes } = entry.object;
    return [
      "Contents",
      [
        ["Key", encode(key)],
        ["LastModified", isoTime(modifiedAt)],
        ["ETag", quoted(etag)],
        ["Size", bytes],
        ["StorageClass", attributes.storageClass ?? STORAGE_CLASS_DEFAULT],
        owner,
      ],
    ];
  });
}

function lastOf({ entries }: ListPage): string | undefined {
  const last: PageEntry | undefined = entries.at(-1);
  if (last === undefined) return undefined;
  return "commonPrefix" in last ? last.commonPrefix : last.object.key;
}

/** As S3 encodes: slashes stay. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll("%2F", "/");
}

/** The last key of a page: nothing has to be remembered between pages, and none is lost when objects come or go. */
function makeToken(key: string): string {
  return Buffer.from(key).toString("base64url");
}

function readToken(token: string): string {
  const key = Buffer.from(token, "base64url").toString();
  if (token !== "" && makeToken(key) === token) return key;
  throw new S3Error("InvalidArgument", "The continuation token provided is incorrect");
}
