import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** `lost`: indexes the events, and breaks the connection instead of answering. `hang` never answers. */
export type SplunkFault = "busy" | "lost" | "hang";

export interface HecRequest {
  readonly path: string;
  readonly token: string;
  readonly channel: string;
  readonly body: string;
}

interface HecAnswer {
  readonly status: number;
  readonly body: object;
}

/**
 * A stand-in for Splunk's HTTP Event Collector, written from Splunk's public description of it; no code of Splunk's runs
 * here. It has nodes that know nothing of each other's ack ids and a load balancer before them that keeps a client with
 * its node by a cookie, refuses a request with a wrong event as a whole, and forgets an acknowledgement that it has told.
 */
export class StandInSplunk {
  readonly requests: HecRequest[] = [];
  /** What a search finds, in order. */
  readonly indexed: string[] = [];
  readonly token = "11111111-2222-3333-4444-555555555555";
  /** For the next requests with events. */
  readonly faults: SplunkFault[] = [];
  nodes = 1;
  isSticky = true;
  isHealthy = true;
  hasAcknowledgement = true;
  /** How many questions find an ack id that is not acknowledged yet; `Infinity` = all. */
  questionsBefore = 0;
  bodyBytesMax = 10 * 1024 * 1024;
  refusal: HecAnswer | undefined;
  readonly #acks: Map<string, number>[] = [];
  #turn = 0;
  readonly #server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    this.#serve(request, Buffer.concat(pieces).toString("utf8"), response);
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  #serve({ url = "", headers }: IncomingMessage, body: string, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, "http://splunk");
    const path = pathname.replace("/services/collector/", "");
    const token = (headers.authorization ?? "").replace("Splunk ", "");
    const channel = searchParams.get("channel") ?? String(headers["x-splunk-request-channel"] ?? "");
    const request = { path, token, channel, body };
    this.requests.push(request);
    const kept = this.isSticky ? /node=(\d+)/.exec(headers.cookie ?? "")?.[1] : undefined;
    const node = kept === undefined ? this.#turn++ % this.nodes : Number(kept);
    const answer = this.#answerOf(request, node);
    if (answer === "hang") return;
    if (answer === "lost") {
      response.socket?.resetAndDestroy();
      return;
    }
    response.writeHead(answer.status, { "content-type": "application/json", "set-cookie": `node=${node}; Path=/` });
    response.end(JSON.stringify(answer.body));
  }

  #answerOf(request: HecRequest, node: number): HecAnswer | "hang" | "lost" {
    const { path, token, channel, body } = request;
    if (path === "health") return this.isHealthy ? said(200, 17, "HEC is healthy") : said(503, 18, "Queues are full");
    if (token !== this.token) return said(403, 4, "Invalid token");
    if (channel === "") return said(400, 10, "Data channel is missing");
    if (path === "ack") return this.#acknowledge(node, channel, JSON.parse(body).acks);
    const fault = this.faults.shift();
    if (fault === "hang") return "hang";
    if (fault === "busy") return said(503, 9, "Server is busy");
    const answer = this.#index(path, node, channel, body);
    return fault === "lost" ? "lost" : answer;
  }

  #index(path: string, node: number, channel: string, body: string): HecAnswer {
    if (this.refusal !== undefined) return this.refusal;
    if (body.length > this.bodyBytesMax) return { status: 413, body: { text: "Content-Length is too large" } };
    if (body.trim() === "") return said(400, 5, "No data");
    const events = path === "raw" ? body.split("\n").filter((line) => line !== "") : eventsOf(body);
    if (events === undefined) return said(400, 6, "Invalid data format");
    this.indexed.push(...events);
    if (!this.hasAcknowledgement) return said(200, 0, "Success");
    const acks = this.#acksOf(node);
    const ackId = acks.size;
    acks.set(`${channel}/${ackId}`, this.questionsBefore);
    return { status: 200, body: { text: "Success", code: 0, ackId } };
  }

  #acknowledge(node: number, channel: string, ids: readonly number[]): HecAnswer {
    if (!this.hasAcknowledgement) return said(400, 14, "ACK is disabled");
    const acks = this.#acksOf(node);
    if (![...acks.keys()].some((key) => key.startsWith(channel))) return said(400, 11, "Invalid data channel");
    const told = ids.map((id) => {
      const key = `${channel}/${id}`;
      const left = acks.get(key);
      if (left === undefined || left < 0) return [id, false];
      acks.set(key, left - 1);
      return [id, left === 0];
    });
    return { status: 200, body: { acks: Object.fromEntries(told) } };
  }

  #acksOf(node: number): Map<string, number> {
    const acks = this.#acks[node] ?? new Map<string, number>();
    this.#acks[node] = acks;
    return acks;
  }
}

function said(status: number, code: number, text: string): HecAnswer {
  return { status, body: { text, code } };
}

/** Texts of events that stand one behind another; `undefined` where one is none. */
function eventsOf(body: string): string[] | undefined {
  const texts = body.replaceAll(/\}\s*\{"event"/g, '}\u0000{"event"').split("\u0000");
  try {
    if (!texts.every((text) => JSON.parse(text).event !== undefined)) return undefined;
  } catch {
    return undefined;
  }
  return texts;
}
