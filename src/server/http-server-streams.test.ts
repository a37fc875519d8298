import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import type { Route } from "../api/protocol/http.ts";
import { systemClock } from "../std/clock.ts";
import { silentTelemetry } from "../telemetry/telemetry.ts";
import { HttpServer, type HttpServerOptions } from "./http-server.ts";

/** Counts a body as it streams; `stopAfter` bytes it reads no further. */
function counting(seen: { bytes: number; failure?: string }, stopAfter = Number.POSITIVE_INFINITY): Route {
  return {
    name: "counting",
    matches: () => true,
    handle: async (request) => {
      try {
        for await (const piece of request.stream()) {
          seen.bytes += piece.length;
          if (seen.bytes >= stopAfter) break;
        }
      } catch (error) {
        seen.failure = String(error);
        throw error;
      }
      return { status: 200, headers: {}, body: String(seen.bytes) };
    },
    refuse: ({ reason }) => ({ status: 400, headers: {}, body: reason }),
  };
}

async function start(context: TestContext, route: Route, options: Partial<HttpServerOptions> = {}) {
  const server = new HttpServer({
    host: "127.0.0.1",
    port: 0,
    routes: [route],
    clock: systemClock,
    telemetry: silentTelemetry,
    open: true,
    requestBytesMax: 1000,
    slowCheckMs: 20,
    headersMsMax: 100,
    requestMsMax: 150,
    ...options,
  });
  const port = await server.listen();
  context.after(() => server.close(0));
  return { server, port };
}

function send(port: number, bytes: number): { socket: Socket; answer: Promise<string> } {
  const socket = connect(port, "127.0.0.1");
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString();
    if (/\r\n\r\n./.test(text)) socket.destroy();
  });
  socket.on("error", () => undefined);
  socket.write(`PUT /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${bytes}\r\n\r\n`);
  return { socket, answer: once(socket, "close").then(() => text) };
}

test("a streamed body may be larger than any in memory, and take longer than a request may", async (context) => {
  const seen = { bytes: 0 };
  const { port, server } = await start(context, counting(seen));
  const pieces = 12;
  const { socket, answer } = send(port, pieces * 100_000);
  for (let piece = 0; piece < pieces; piece++) {
    socket.write(Buffer.alloc(100_000));
    await setTimeout(40);
  }
  assert.match(await answer, /^HTTP\/1.1 200 [\s\S]*1200000$/);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("a streamed body that falls silent is cut off, and gives its memory back", async (context) => {
  const seen: { bytes: number; failure?: string } = { bytes: 0 };
  const { port, server } = await start(context, counting(seen));
  const { socket, answer } = send(port, 1_000_000);
  socket.write(Buffer.alloc(1000));
  await answer;
  assert.match(seen.failure ?? "", /No byte of the body came for 0.15 s: 1000 bytes of it came/);
  assert.equal(server.bodyBytesUnderWay, 0);
});

test("a client that goes in the middle of its body is told apart from the body's end", async (context) => {
  const seen: { bytes: number; failure?: string } = { bytes: 0 };
  const { port } = await start(context, counting(seen));
  const { socket } = send(port, 1_000_000);
  socket.write(Buffer.alloc(1000));
  while (seen.bytes === 0) await setTimeout(5);
  socket.destroy();
  while (seen.failure === undefined) await setTimeout(5);
  assert.match(seen.failure, /The connection ended before the whole body came/);
});

test("whoever stops reading a streamed body can still answer", async (context) => {
  const { port } = await start(context, counting({ bytes: 0 }, 1));
  const { socket, answer } = send(port, 3_000_000);
  socket.write(Buffer.alloc(3_000_000));
  assert.match(await answer, /^HTTP\/1.1 200 /);
});
