import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";

/** How one bucket, or all that have no settings of their own, is reached. */
export interface S3ConnectionOptions {
  /** `http://127.0.0.1:9000`; absent = Amazon's own for the region. */
  readonly endpoint?: string;
  /** Default: what the usual AWS configuration says; `us-east-1` when an endpoint is given. */
  readonly region?: string;
  /** Bucket in the path instead of the host name. Default: when an endpoint is given, for few of those have wildcard DNS. */
  readonly pathStyle?: boolean;
  /** Default: the usual AWS chain (environment, profile, container, instance). */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** The customer's 256-bit key, base64 (SSE-C), sent with every write and read. */
  readonly customerKey?: string;
  /** Largest body of one PUT. Default 32 MiB: it is held in memory while it is sent. */
  readonly putBytesMax?: number;
  /** Default 16 MiB: 10,000 parts are far above the largest object. S3 asks for at least 5 MiB. */
  readonly partBytes?: number;
  /** Default 5,000. */
  readonly connectTimeoutMs?: number;
  /** From the first byte of a request to the head of its answer. Default 120,000: 32 MiB over a thin line. */
  readonly requestTimeoutMs?: number;
}

export interface S3StoreOptions extends S3ConnectionOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

export const PUT_BYTES_MAX = 32 * 1024 * 1024;
export const PART_BYTES = 16 * 1024 * 1024;

const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 120_000;

/** An answer that has begun may pause this long between two bytes. */
const IDLE_TIMEOUT_MS = 60_000;

/** Connections to one host; more uploads at a time than a machine's deliveries have workers. */
const CONNECTIONS_MAX = 64;

/**
 * Retries are ours. A write that the SDK repeats on its own after a lost answer meets its own first effect and reports a
 * conflict with itself, so one call is one request, and only `head` says what happened.
 *
 * Checksums only where the operation requires one: by default the SDK adds CRC-32 trailers in chunked encoding, which
 * older S3-compatible servers refuse or store as content. Nothing is lost by it: the signature covers the SHA-256 of
 * every body that we send, and servers check it.
 */
export function makeS3Client(options: S3ConnectionOptions): S3Client {
  const { endpoint, credentials } = options;
  const region = options.region ?? (endpoint === undefined ? undefined : "us-east-1");
  const config: S3ClientConfig = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    // A copy: the SDK notes where credentials came from in the object itself.
    ...(credentials === undefined ? {} : { credentials: { ...credentials } }),
    forcePathStyle: options.pathStyle ?? endpoint !== undefined,
    maxAttempts: 1,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    requestHandler: {
      connectionTimeout: options.connectTimeoutMs ?? CONNECT_TIMEOUT_MS,
      requestTimeout: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
      socketTimeout: Math.max(IDLE_TIMEOUT_MS, options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS),
      httpAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
      httpsAgent: { keepAlive: true, maxSockets: CONNECTIONS_MAX },
    },
  };
  return new S3Client(config);
}
