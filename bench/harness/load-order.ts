/** What the load generator is told to do, and what it tells afterwards: messages between two processes. */
export interface LoadOrder {
  readonly url: string;
  /** PEM of the authority that the server's certificate hangs on. */
  readonly ca?: string;
  readonly operation: "PutRecord" | "PutRecordBatch";
  /** Requests go to them in turn. */
  readonly streams: readonly string[];
  /** Absent: events of exactly `recordBytes`. */
  readonly records?: "trips";
  readonly recordBytes: number;
  /** Always 1 with PutRecord. */
  readonly recordsPerRequest: number;
  /** Bodies that differ; they are made once and sent in turn. */
  readonly bodies: number;
  readonly signing?: Signing;
  readonly connections: number;
  /** Load before the window that is measured. */
  readonly warmUpMs: number;
  readonly windowMs: number;
  /** Requests are due at even intervals, whatever the answers do. Absent: each connection sends when it is answered. */
  readonly requestsPerSecond?: number;
  /** Ends the load when so many bytes of records are accepted, even within the window. */
  readonly acceptedBytesMax?: number;
}

export interface Signing {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface LoadReport {
  /** Answered with success within the window. */
  readonly requests: number;
  readonly requestsPerSecond: number;
  /** Accepted within the window. */
  readonly recordsPerSecond: number;
  /** Accepted within the window, before base64, 10^6 bytes. */
  readonly megabytesPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  readonly windowMs: number;
  /** All that was accepted, warm-up and stragglers too. */
  readonly acceptedRecords: number;
  readonly acceptedBytes: number;
  /** Requests that were told to slow down, whole or in part. */
  readonly refusedRequests: number;
  /** Broken connections and answers that are neither success nor "slow down", with the first of them. */
  readonly failedRequests: number;
  readonly firstFailure?: string;
  /** Processor time of the generator itself, in cores. */
  readonly cores: number;
}

/** Prepares requests without sending any, so that the clock of a measurement does not run meanwhile. */
export type LoaderMessage =
  | { readonly id: number; readonly prepare: LoadOrder }
  | { readonly id: number; readonly run: LoadOrder };

export type LoaderAnswer =
  | { readonly id: number; readonly report?: LoadReport }
  | { readonly id: number; readonly failure: string };
