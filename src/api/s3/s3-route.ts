import type { LifecycleRules } from "../../jobs/lifecycle/lifecycle-rules.ts";
import { invariant } from "../../std/assert.ts";
import type { Clock } from "../../std/clock.ts";
import { onDemand } from "../../std/on-demand.ts";
import type { LocalLake } from "../../storage/local-lake.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { Authenticator, SignedHeadCaller } from "../protocol/authenticator.ts";
import {
  type HttpAnswer,
  type HttpRequest,
  type Refusal,
  RefusedError,
  type RequestHead,
  type Route,
} from "../protocol/http.ts";
import { unverifiedScope } from "../protocol/sigv4-parse.ts";
import { Payload, payloadHashOf } from "./payload.ts";
import { type AnnounceObject, S3Call } from "./s3-call.ts";
import { S3Error, s3ErrorOf } from "./s3-error.ts";
import { xmlDocument } from "./xml-write.ts";

export interface S3RouteOptions {
  readonly lake: LocalLake;
  readonly lifecycle: LifecycleRules;
  readonly announce: AnnounceObject;
  /** Where a bucket is that is not in the local lake: the address of its store. */
  readonly endpointOf: (bucket: string) => string | undefined;
  readonly authenticator: Authenticator;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
}

/**
 * S3 over the local lake, path style: `/bucket/key`. A request is S3's when its signature says so, and stands before all
 * routes that go by path; one without a signature is S3's when no other route wants it (`unsigned`), which leaves `/` to
 * whoever else is there.
 *
 * In this order, so that nothing is done for a stranger: the signature of the head, the operation, permission (each operation
 * asks by itself), then the body, checked as it streams.
 */
export function s3Routes(options: S3RouteOptions): { readonly signed: Route; readonly unsigned: Route } {
  const route = {
    handle: (request: HttpRequest) => serve(options, request),
    refuse: ({ reason, message }: Refusal, requestId: string) => {
      const error = s3ErrorOf(new RefusedError(reason, message)) ?? new S3Error("InternalError", message);
      return errorAnswer(error, "", requestId);
    },
  };
  return {
    signed: { ...route, name: "s3", matches: (head) => isScopedToS3(head) },
    unsigned: { ...route, name: "s3-unsigned", matches: ({ path }) => path !== "/" },
  };
}

/** Looks at the text first: most requests of other protocols need no more. */
function isScopedToS3(head: RequestHead): boolean {
  const said = head.headers.authorization?.includes("/s3/aws4_request") || head.query.includes("aws4_request");
  return said === true && unverifiedScope(head).service === "s3";
}

async function serve(options: S3RouteOptions, request: HttpRequest): Promise<HttpAnswer> {
  const { telemetry, clock } = options;
  const startedAt = clock.monotonic();
  const seen: Seen = { operation: "unknown", payload: undefined };
  let answer: HttpAnswer;
  try {
    answer = withId(await run(options, request, seen), request.id);
  } catch (error) {
    answer = errorAnswer(explain(telemetry, seen, error), request.path, request.id);
  }
  telemetry.emit("api.requestServed", {
    protocol: "s3",
    operation: seen.operation,
    stream: "",
    status: answer.status,
    bytes: seen.payload?.bytes ?? 0,
    durationMs: clock.monotonic() - startedAt,
  });
  return answer;
}

interface Seen {
  operation: string;
  payload: Payload | undefined;
}

async function run(options: S3RouteOptions, request: HttpRequest, seen: Seen): Promise<HttpAnswer> {
  const { authenticator, telemetry, lake, lifecycle, announce, clock, endpointOf } = options;
  if (!authenticator.open) refuseOldSignature(request);
  const payloadHash = payloadHashOf(request);
  const { caller, proof } = authenticator.signedHead(request, "s3", payloadHash);
  if (proof !== undefined) requireSigned(request, proof);
  const { bucket, key } = addressOf(request.path);
  const query = queryOf(request.query);
  const hasHeader = (name: string) => request.headers[name] !== undefined;
  const { findOperation } = await loadOperations();
  const operation = findOperation({ method: request.method, bucket, key, query, hasHeader });
  seen.operation = operation.name;
  refuseVersion(query);
  const payload = new Payload(request, payloadHash, proof);
  seen.payload = payload;
  const requireLocal = (name: string) => {
    const endpoint = endpointOf(name);
    if (endpoint !== undefined) throw elsewhere(name, endpoint);
  };
  const explainLate = (error: unknown) => errorXml(explain(telemetry, seen, error), request.path, request.id);
  const about = { bucket, key, query, requireLocal, explainLate };
  const call = new S3Call({ lake, lifecycle, announce, clock, request, caller, payload, ...about });
  const answer = await operation.handle(call);
  invariant(call.authorized, `${operation.name} asks for permission before it answers`);
  return answer;
}

/** Most servers are never asked for an object. */
const loadOperations = onDemand(() => import("./s3-operations.ts"));

/** Some clients still make their presigned URLs with Signature Version 2: they are told what to change. */
function refuseOldSignature({ headers, query }: RequestHead): void {
  if (!headers.authorization?.startsWith("AWS ") && !/(^|&)AWSAccessKeyId=/.test(query)) return;
  const advice = "set signature_version to s3v4";
  const message = `The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256 (${advice}).`;
  throw new S3Error("InvalidRequest", message);
}

/**
 * A header of Amazon's that the signature does not cover could turn a presigned URL into something else: with
 * `x-amz-copy-source`, a place to upload to into a copy of any object that its maker may read.
 */
function requireSigned({ headers }: RequestHead, { signedHeaders }: NonNullable<SignedHeadCaller["proof"]>): void {
  const unsigned = Object.keys(headers).filter((name) => name.startsWith("x-amz-") && !signedHeaders.includes(name));
  if (unsigned.length === 0) return;
  const message = `There were headers present in the request which were not signed: ${unsigned.join(", ").slice(0, 256)}`;
  throw new S3Error("AccessDenied", message);
}

function addressOf(path: string): { readonly bucket: string; readonly key: string } {
  const slash = path.indexOf("/", 1);
  try {
    const bucket = decodeURIComponent(path.slice(1, slash < 0 ? undefined : slash));
    return { bucket, key: slash < 0 ? "" : decodeURIComponent(path.slice(slash + 1)) };
  } catch (error) {
    throw new S3Error("InvalidURI", "Couldn't parse the specified URI: it is not valid percent-encoding", {
      cause: error,
    });
  }
}

/** The first of several counts. A plus is a blank, as forms have it; clients that mean a plus encode it. */
function queryOf(query: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) if (!fields.has(name)) fields.set(name, value);
  return fields;
}

function refuseVersion(query: ReadonlyMap<string, string>): void {
  const version = query.get("versionId");
  if (version === undefined || version === "null") return;
  throw new S3Error("InvalidArgument", "Invalid version id specified: buckets of the local lake have no versions");
}

function elsewhere(bucket: string, endpoint: string): S3Error {
  const message = `Bucket ${bucket} is not in the local lake: it is mapped to the S3 store at ${endpoint}, and this door does not pass requests on. Point the client there.`;
  return new S3Error("InvalidRequest", message);
}

function explain(telemetry: Telemetry, seen: Seen, error: unknown): S3Error {
  const known = s3ErrorOf(error);
  const code = known?.code ?? "InternalError";
  const reason = known?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
  telemetry.emit("api.requestFailed", { protocol: "s3", operation: seen.operation, code, reason });
  return known ?? new S3Error("InternalError", "The request failed for a reason inside; the server's log has it");
}

function errorAnswer(error: S3Error, resource: string, requestId: string): HttpAnswer {
  const headers = { ...error.headers, "content-type": "application/xml" };
  return withId({ status: error.status, headers, body: errorXml(error, resource, requestId) }, requestId);
}

function errorXml(error: S3Error, resource: string, requestId: string): string {
  return xmlDocument(
    [
      "Error",
      [
        ["Code", error.code],
        ["Message", error.message],
        ["Resource", resource.slice(0, 1024)],
        ["RequestId", requestId],
      ],
    ],
    "",
  );
}

function withId(answer: HttpAnswer, requestId: string): HttpAnswer {
  return { ...answer, headers: { ...answer.headers, "x-amz-request-id": requestId } };
}
