import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

export interface ReceivedDelivery {
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  readonly requestId: string;
  readonly timestamp: number;
  readonly texts: readonly string[];
  readonly bodyBytes: number;
}

/** `lost`: takes the records, and breaks the connection instead of answering. `hang` never answers. */
export type ReceiverAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | "lost"
  | "hang";

/**
 * A stand-in for services that take HTTP endpoint deliveries, protocol 1.0, written from AWS's description of it. It takes
 * every delivery whose answer is 200, also one that it has taken before.
 */
export class StandInReceiver {
  readonly received: ReceivedDelivery[] = [];
  readonly taken: string[] = [];
  /** For each request, in place of the protocol's answer; `undefined` = that. */
  answer: (delivery: ReceivedDelivery) => ReceiverAnswer | undefined = () => undefined;
  readonly #server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const sent = Buffer.concat(pieces);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    const { requestId, timestamp, records } = JSON.parse(body.toString("utf8"));
    const texts = records.map(({ data }: { data: string }) => Buffer.from(data, "base64").toString("utf8"));
    const { headers, url = "" } = request;
    this.#give(response, { headers, url, requestId, timestamp, texts, bodyBytes: body.length });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #give(response: ServerResponse, delivery: ReceivedDelivery): void {
    this.received.push(delivery);
    const answer = this.answer(delivery) ?? { status: 200 };
    if (answer === "hang") return;
    if (answer === "lost" || answer.status === 200) this.taken.push(...delivery.texts);
    if (answer === "lost") {
      response.socket?.resetAndDestroy();
      return;
    }
    const { body = acknowledgement(delivery.requestId), headers = { "content-type": "application/json" } } = answer;
    response.writeHead(answer.status, { "content-length": Buffer.byteLength(body), ...headers });
    response.end(body);
  }
}

export function acknowledgement(requestId: string): string {
  return JSON.stringify({ requestId, timestamp: 1_769_855_400_000 });
}
