import type { LakeObject, OpenedObject } from "../../storage/local-lake.ts";
import type { HttpAnswer } from "../protocol/http.ts";
import { contentRange, rangeOf, type Span } from "./byte-range.ts";
import { conditionsOf, judgeRead, matchesTag, preconditionFailed } from "./conditions.ts";
import { headersOf, refuseUnkept } from "./object-attributes.ts";
import { bodiless, quoted } from "./s3-answers.ts";
import type { S3Call, S3Operation } from "./s3-call.ts";
import { S3Error } from "./s3-error.ts";

/**
 * GET /bucket/key, HEAD /bucket/key
 *
 *     If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since => 412 PreconditionFailed, 304
 *     Range (one), If-Range, partNumber=1 => 206; 416 InvalidRange
 *     response-content-type, -language, -encoding, -disposition, response-cache-control, response-expires
 *     x-amz-checksum-mode: ENABLED => x-amz-checksum-*, of whole objects
 */
export const getObject: S3Operation = {
  name: "GetObject",
  method: "GET",
  on: "object",
  handle: async (call) => {
    call.authorize("GetObject");
    refuseUnkept(call);
    const opened = await call.lake.open(call.bucket, call.key);
    if (opened === undefined) throw noSuchKey(call.key);
    try {
      const { status, headers, span } = describe(call, opened.object);
      if (span === undefined) {
        await opened.close();
        return bodiless(status, headers);
      }
      return { status, headers, body: bytesOf(call, opened, span) };
    } catch (error) {
      await opened.close();
      throw error;
    }
  },
};

/** Needs the same permission as GetObject, as it does on S3. */
export const headObject: S3Operation = {
  name: "HeadObject",
  method: "HEAD",
  on: "object",
  handle: async (call) => {
    call.authorize("GetObject");
    refuseUnkept(call);
    const object = await call.lake.head(call.bucket, call.key);
    if (object === undefined) throw noSuchKey(call.key);
    const { status, headers } = describe(call, object);
    return bodiless(status, headers);
  },
};

export function noSuchKey(key: string): S3Error {
  return new S3Error("NoSuchKey", `The specified key does not exist: ${key.slice(0, 1024)}`);
}

function describe(call: S3Call, object: LakeObject): Omit<HttpAnswer, "body"> & { readonly span?: Span } {
  const verdict = judgeRead(
    conditionsOf((name) => call.header(name)),
    object,
  );
  if (verdict === "failed") throw preconditionFailed("If-Match or If-Unmodified-Since");
  if (verdict === "not-modified") {
    const { etag, modifiedAt } = object;
    return { status: 304, headers: { etag: quoted(etag), "last-modified": new Date(modifiedAt).toUTCString() } };
  }
  const range = requestedRange(call, object);
  const span = range ?? { start: 0, end: object.bytes };
  const headers = {
    ...headersOf(object, range === undefined && call.header("x-amz-checksum-mode")?.toUpperCase() === "ENABLED"),
    ...overrides(call),
    "content-length": String(span.end - span.start),
  };
  if (range === undefined) return { status: 200, headers, span };
  return { status: 206, headers: { ...headers, "content-range": contentRange(range, object.bytes) }, span };
}

function requestedRange(call: S3Call, { bytes, etag }: LakeObject): Span | undefined {
  if (call.query.has("partNumber")) {
    // How an object was uploaded is not kept: it counts as one part.
    if (call.query.get("partNumber") === "1") return bytes === 0 ? undefined : { start: 0, end: bytes };
    throw new S3Error("InvalidPartNumber", "The requested partnumber is not satisfiable: objects here are one part");
  }
  const ifRange = call.header("if-range");
  if (ifRange !== undefined && !matchesTag(ifRange, etag)) return undefined;
  return rangeOf(call.header("range"), bytes);
}

const OVERRIDES = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
];

/** What the URL wants to be said in place of what the object says. Node refuses values that would be further headers. */
function overrides(call: S3Call): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = call.query.get(`response-${name}`);
    if (value === undefined) continue;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be in a header
    if (/[\u0000-\u001f\u007f]|[^\u0000-\u00ff]/.test(value)) {
      throw new S3Error("InvalidArgument", `response-${name} holds characters that no header may have`);
    }
    headers[name] = value;
  }
  return headers;
}

/** The file is closed when all is read, when the reader stops, and when the client goes before anybody reads. */
function bytesOf(call: S3Call, opened: OpenedObject, { start, end }: Span): AsyncIterable<Buffer> {
  const { signal } = call.request;
  const close = () => void opened.close().catch(() => undefined);
  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });
  return (async function* () {
    try {
      let sent = 0;
      for await (const piece of opened.read(start, end)) {
        sent += piece.length;
        yield piece;
      }
      // Somebody cut the file while it was read: the connection breaks rather than end as if all were there.
      if (sent < end - start) throw new Error(`${call.key} became shorter while it was read`);
    } finally {
      signal.removeEventListener("abort", close);
      await opened.close();
    }
  })();
}
