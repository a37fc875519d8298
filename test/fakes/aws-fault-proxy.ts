import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import type { RecordFault } from "../conformance/record-destination.ts";

type Json = Record<string, unknown>;

/** How requests of one service say several records, and answers which of them failed. */
export interface BatchWire {
  readonly target: RegExp;
  /** The request with every second record alone. */
  half(request: Json): Json;
  /** The answer to the whole request, made of that to the half. */
  whole(request: Json, answer: Json): Json;
}

/** A way to a real server of AWS's protocols on which batch requests go wrong on demand, in HTTP. */
export interface AwsFaultProxy {
  readonly address: string;
  /** What goes wrong with the next batch request, once. */
  fault: RecordFault | undefined;
  /** Records in each batch request that came, by their sizes. */
  readonly requests: Json[];
  close(): Promise<void>;
}

export async function startAwsFaultProxy(server: string, wire: BatchWire): Promise<AwsFaultProxy> {
  const state: { fault: RecordFault | undefined; requests: Json[] } = { fault: undefined, requests: [] };
  const proxy = createServer(async (request, response) => {
    const body = await bodyOf(request);
    const isBatch = wire.target.test(String(request.headers["x-amz-target"]));
    const { fault } = state;
    if (isBatch) {
      state.fault = undefined;
      state.requests.push(JSON.parse(body.toString()) as Json);
    }
    if (!isBatch || fault === undefined) return forward(server, request, body, response);
    if (fault === "hang") return;
    if (fault === "before") return void response.writeHead(503).end();
    if (fault === "partial") return answerHalf(server, wire, request, body, response);
    await call(server, request, body);
    response.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    requests: state.requests,
    get fault() {
      return state.fault;
    },
    set fault(fault) {
      state.fault = fault;
    },
    close: () => {
      proxy.closeAllConnections();
      return new Promise((resolve) => proxy.close(() => resolve()));
    },
  };
}

async function answerHalf(
  server: string,
  wire: BatchWire,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const asked = JSON.parse(body.toString()) as Json;
  const answer = await call(server, request, Buffer.from(JSON.stringify(wire.half(asked))));
  const whole = wire.whole(asked, JSON.parse(answer.body.toString()) as Json);
  response.writeHead(200, { "content-type": String(answer.headers["content-type"]) });
  response.end(JSON.stringify(whole));
}

async function forward(
  server: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const answer = await call(server, request, body);
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

async function call(server: string, { method, url, headers }: IncomingMessage, body: Buffer) {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { method, headers: { ...headers, "content-length": body.length } };
    send(new URL(url ?? "/", server), options, resolve)
      .on("error", reject)
      .end(body);
  });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await bodyOf(answer) };
}

async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of message) pieces.push(piece);
  return Buffer.concat(pieces);
}
