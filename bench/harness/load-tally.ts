import type { LoadAnswer } from "./load-connection.ts";
import type { LoadReport } from "./load-order.ts";
import type { PreparedRequest } from "./requests.ts";
import { percentile } from "./statistics.ts";

const FAILED_COUNT = '"FailedPutCount":';

/** Bytes of a wrong answer that are shown. */
const SHOWN_BYTES_MAX = 300;

/** Counts answers; throughput and latency only of those that arrive within the window. */
export class LoadTally {
  readonly #windowStart: number;
  readonly #windowEnd: number;
  readonly #latenciesMs: number[] = [];
  #windowRecords = 0;
  #windowBytes = 0;
  #endedAt: number | undefined;
  #refusedRequests = 0;
  #failedRequests = 0;
  #firstFailure: string | undefined;
  acceptedRecords = 0;
  acceptedBytes = 0;

  constructor(windowStart: number, windowEnd: number) {
    this.#windowStart = windowStart;
    this.#windowEnd = windowEnd;
  }

  /** False when the producer ought to wait before it sends again. */
  count(request: PreparedRequest, from: number, to: number, answer: LoadAnswer | undefined): boolean {
    const refused = refusedRecords(answer, request.records);
    if (refused === undefined) {
      this.#failedRequests++;
      const text = answer?.body.toString("latin1", 0, SHOWN_BYTES_MAX);
      this.#firstFailure ??= answer === undefined ? "The connection broke" : `${answer.status} ${text}`;
      return false;
    }
    const records = request.records - refused;
    const bytes = (request.bytes / request.records) * records;
    this.acceptedRecords += records;
    this.acceptedBytes += bytes;
    if (refused > 0) this.#refusedRequests++;
    if (to >= this.#windowStart && to <= this.#windowEnd && records > 0) {
      this.#windowRecords += records;
      this.#windowBytes += bytes;
      this.#latenciesMs.push(to - from);
    }
    return refused === 0;
  }

  /** The load ended before its time, because enough was accepted. */
  end(at: number): void {
    this.#endedAt ??= at;
  }

  report(cores: number): LoadReport {
    const windowMs = Math.min(this.#endedAt ?? this.#windowEnd, this.#windowEnd) - this.#windowStart;
    const seconds = windowMs / 1000;
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    return {
      requests: sorted.length,
      requestsPerSecond: sorted.length / seconds,
      recordsPerSecond: this.#windowRecords / seconds,
      megabytesPerSecond: this.#windowBytes / 1e6 / seconds,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
      longestMs: percentile(sorted, 1),
      windowMs,
      acceptedRecords: this.acceptedRecords,
      acceptedBytes: this.acceptedBytes,
      refusedRequests: this.#refusedRequests,
      failedRequests: this.#failedRequests,
      ...(this.#firstFailure !== undefined && { firstFailure: this.#firstFailure }),
      cores,
    };
  }
}

/** AWS answers it with status 500. */
const SLOW_DOWN = "ServiceUnavailableException";

/** How many records were told to come again later; `undefined` for an answer that should not be. */
function refusedRecords(answer: LoadAnswer | undefined, records: number): number | undefined {
  if (answer !== undefined && answer.status >= 500 && answer.body.includes(SLOW_DOWN)) return records;
  if (answer?.status !== 200) return undefined;
  const at = answer.body.indexOf(FAILED_COUNT);
  return at < 0
    ? 0
    : Number.parseInt(answer.body.toString("latin1", at + FAILED_COUNT.length, at + FAILED_COUNT.length + 8), 10);
}
