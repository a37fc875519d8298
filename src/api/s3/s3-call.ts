import type { LifecycleRules } from "../../jobs/lifecycle/lifecycle-rules.ts";
import type { Clock } from "../../std/clock.ts";
import type { LakeObject, LocalLake } from "../../storage/local-lake.ts";
import { requirePermission } from "../protocol/authenticator.ts";
import type { Caller } from "../protocol/caller.ts";
import type { HttpAnswer, HttpRequest } from "../protocol/http.ts";
import type { Payload } from "./payload.ts";
import { S3Error } from "./s3-error.ts";
import { parseXml, type XmlElement } from "./xml-read.ts";

/** One operation of S3, one file each or a small family; `s3-operations.ts` lists them. */
export interface S3Operation {
  /** As S3 and the access rules call it: `GetObject`. */
  readonly name: string;
  readonly method: string;
  readonly on: "service" | "bucket" | "object";
  /** The query parameter that tells it from others on the same thing: `tagging`. */
  readonly subresource?: string;
  /** The header that does. */
  readonly header?: string;
  /** Parameter and value that do, among operations without a subresource: `list-type=2`. */
  readonly parameter?: readonly [name: string, value: string];
  handle(call: S3Call): Promise<HttpAnswer>;
}

export interface S3CallParts {
  readonly lake: LocalLake;
  readonly lifecycle: LifecycleRules;
  readonly announce: AnnounceObject;
  readonly clock: Clock;
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly payload: Payload;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  /** Throws where the bucket is not in the local lake. */
  readonly requireLocal: (bucket: string) => void;
  /** A failure as XML, for answers that have begun: it is told in the log as well. */
  readonly explainLate: (error: unknown) => string;
}

/** How objects come into being through this door, in the words of S3's event notifications. */
export type ObjectCreation = "ObjectCreated:Put" | "ObjectCreated:Copy" | "ObjectCreated:CompleteMultipartUpload";

/** Tells whoever listens of a new object; resolves once they will hear of it also after a crash. */
export type AnnounceObject = (
  creation: ObjectCreation,
  object: { readonly bucket: string; readonly key: string; readonly bytes: number; readonly etag: string },
) => Promise<void>;

/** Documents of 1,000 keys or 10,000 parts fit (AWS: 2 MB for DeleteObjects). */
const DOCUMENT_BYTES_MAX = 4 * 1024 * 1024;

/** A request to S3, proved, on its way through an operation. */
export class S3Call {
  readonly lake: LocalLake;
  readonly lifecycle: LifecycleRules;
  readonly clock: Clock;
  readonly request: HttpRequest;
  readonly caller: Caller;
  readonly payload: Payload;
  readonly bucket: string;
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly explainLate: (error: unknown) => string;
  readonly #requireLocal: (bucket: string) => void;
  readonly #announce: AnnounceObject;
  #authorized = false;

  constructor(parts: S3CallParts) {
    this.lake = parts.lake;
    this.lifecycle = parts.lifecycle;
    this.clock = parts.clock;
    this.request = parts.request;
    this.caller = parts.caller;
    this.payload = parts.payload;
    this.bucket = parts.bucket;
    this.key = parts.key;
    this.query = parts.query;
    this.explainLate = parts.explainLate;
    this.#requireLocal = parts.requireLocal;
    this.#announce = parts.announce;
  }

  get authorized(): boolean {
    return this.#authorized;
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return Array.isArray(value) ? value.join(",") : value;
  }

  /** Throws AccessDenied unless the caller may; then, where the bucket is elsewhere, the error that says where. */
  authorize(action: string, bucket = this.bucket, key = this.key): void {
    this.#authorized = true;
    const resource = bucket === "" ? "*" : key === "" ? bucket : `${bucket}/${key}`;
    requirePermission(this.caller, `s3:${action}`, bucket === "" ? "*" : `arn:aws:s3:::${resource}`);
    if (bucket !== "") this.#requireLocal(bucket);
  }

  /** Before the client hears that the object is there, so that what it knows of nobody misses. */
  async created(creation: ObjectCreation, { bytes, etag }: Pick<LakeObject, "bytes" | "etag">): Promise<void> {
    await this.#announce(creation, { bucket: this.bucket, key: this.key, bytes, etag });
  }

  async requireBucket(): Promise<void> {
    if ((await this.lake.findBucket(this.bucket)) !== undefined) return;
    throw new S3Error("NoSuchBucket", `The specified bucket does not exist: ${this.bucket}`);
  }

  async document(): Promise<XmlElement> {
    const bytes = await this.payload.whole(DOCUMENT_BYTES_MAX);
    return parseXml(bytes.toString("utf8"));
  }

  /** A whole number in the query, within limits. */
  number(name: string, fallback: number, min: number, max: number): number {
    const text = this.query.get(name);
    if (text === undefined || text === "") return fallback;
    const value = Number(text);
    if (/^\d{1,10}$/.test(text) && value >= min && value <= max) return value;
    throw new S3Error(
      "InvalidArgument",
      `${name} must be a whole number from ${min} to ${max}, got ${text.slice(0, 32)}`,
    );
  }
}
