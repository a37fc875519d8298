import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";

export interface DeliveringFirehoseOptions {
  readonly url: string;
  readonly accessKey: string;
  readonly gzip?: boolean;
  readonly commonAttributes?: Readonly<Record<string, string>>;
  /** Called with each success; true = the answer got lost on its way, so the delivery is attempted again. */
  readonly losesAnswer?: () => boolean;
  readonly attemptsMax?: number;
}

/** `delivered`, or why the records went to the backup bucket of the delivery stream. */
export type DeliveryEnd = "delivered" | "given-up" | "retries-over";

const ARN = "arn:aws:firehose:eu-west-1:123456789012:deliverystream/edge";

/**
 * Amazon Data Firehose as the client of an HTTP endpoint, by the rules of its protocol 1.0: only 200 with a body of
 * `requestId`, `timestamp` and nothing else is success; 413 is final; everything else is attempted again with the same
 * request id, sooner than the second that the real one waits.
 */
export class DeliveringFirehose {
  readonly #options: DeliveringFirehoseOptions;
  attempts = 0;
  readonly failures: string[] = [];

  constructor(options: DeliveringFirehoseOptions) {
    this.#options = options;
  }

  async deliver(records: readonly Buffer[]): Promise<DeliveryEnd> {
    const { losesAnswer = () => false, attemptsMax = 20 } = this.#options;
    const requestId = randomUUID();
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      this.attempts++;
      const status = await this.#attempt(requestId, records);
      if (status === 200 && !losesAnswer()) return "delivered";
      if (status === 413) return "given-up";
    }
    return "retries-over";
  }

  /** The time is that of the attempt, so attempts of one delivery differ in their bytes. */
  async #attempt(requestId: string, records: readonly Buffer[]): Promise<number> {
    const { url, accessKey, gzip = false, commonAttributes = {} } = this.#options;
    const data = records.map((record) => ({ data: record.toString("base64") }));
    const body = JSON.stringify({ requestId, timestamp: Date.now(), records: data });
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: {
        "x-amz-firehose-protocol-version": "1.0",
        "x-amz-firehose-request-id": requestId,
        "x-amz-firehose-source-arn": ARN,
        "x-amz-firehose-access-key": accessKey,
        "x-amz-firehose-common-attributes": JSON.stringify({ commonAttributes }),
        "content-type": "application/json",
        ...(gzip && { "content-encoding": "gzip" }),
      },
      body: gzip ? gzipSync(body, { level: 1 }) : body,
    }).catch((error: Error) => error);
    if (response instanceof Error) {
      this.failures.push(response.message);
      return 500;
    }
    return this.#judge(requestId, response.status, response.headers, await response.text());
  }

  /** What is no answer of the protocol counts as a 500, whatever its status says. */
  #judge(requestId: string, status: number, headers: Headers, text: string): number {
    assert.equal(headers.get("content-type"), "application/json");
    assert.equal(headers.get("content-encoding"), null);
    assert.equal(headers.get("content-length"), String(Buffer.byteLength(text)));
    const { requestId: echoed, timestamp, errorMessage, ...more } = JSON.parse(text) as Record<string, unknown>;
    assert.deepEqual(more, {}, "members that the protocol does not know");
    assert.deepEqual([echoed, typeof timestamp], [requestId, "number"]);
    assert.equal(typeof errorMessage, status === 200 ? "undefined" : "string");
    if (status !== 200) this.failures.push(`${status} ${errorMessage}`);
    return status;
  }
}
