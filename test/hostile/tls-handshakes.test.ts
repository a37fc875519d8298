import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { connect as connectTls } from "node:tls";
import { Draw } from "../simulation/draw.ts";
import { startHostileServer } from "./hostile-server.ts";
import { damagedBytes } from "./mutate-json.ts";

/** Two for every hundred requests of `LAKEHOSE_FUZZ`: a handshake costs far more than a request. */
const HANDSHAKES = Math.max(100, Number(process.env.LAKEHOSE_FUZZ ?? 3000) / 50);
const SEED = Number(process.env.LAKEHOSE_FUZZ_SEED ?? 1);
const AT_A_TIME = 20;

/** What a client says first, recorded from Node's own. */
async function clientHello(): Promise<Buffer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = connectTls({ port, host: "127.0.0.1", rejectUnauthorized: false });
  client.on("error", () => undefined);
  const [socket] = await once(server, "connection");
  const [hello] = (await once(socket, "data")) as [Buffer];
  client.destroy();
  server.close();
  return hello;
}

/** Sends the bytes, says no more, and waits until the server is done with the connection. Gives what it said. */
async function say(port: number, bytes: Buffer): Promise<Buffer> {
  const socket = connect(port, "127.0.0.1");
  const said: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => said.push(chunk));
  socket.on("error", () => undefined);
  socket.end(bytes);
  await once(socket, "close");
  return Buffer.concat(said);
}

test("garbage and half handshakes at the TLS port end their own connection and nothing else", async (t) => {
  const server = await startHostileServer(t, { tls: { selfSigned: true } });
  const hello = await clientHello();
  const draw = new Draw(SEED, "handshakes");
  const plain = Buffer.from("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  let answered = 0;
  for (let done = 0; done < HANDSHAKES; done += AT_A_TIME) {
    const attempts = Array.from({ length: AT_A_TIME }, () => {
      const kind = draw.weighted({ damaged: 6, whole: 1, plain: 1, random: 2, twice: 1 });
      if (kind === "damaged") return damagedBytes(draw, hello);
      if (kind === "whole") return hello;
      if (kind === "plain") return plain;
      return kind === "twice" ? Buffer.concat([hello, hello]) : draw.random.bytes(draw.between(1, 2000));
    });
    for (const said of await Promise.all(attempts.map((bytes) => say(server.port, bytes)))) {
      // A record of TLS: a handshake that goes on, or the alert that ends it. Never HTTP in the clear.
      if (said.length > 0) assert.ok([21, 22].includes(said[0] ?? 0), said.subarray(0, 20).toString("latin1"));
      if (said[0] === 22) answered++;
    }
    await server.putGoodRecord();
  }
  assert.ok(answered > 0, "whole handshakes begin");
  assert.ok((await server.memoryBytes()) < 300 * 1024 * 1024);
});

test("handshakes that stand still do not keep others waiting", async (t) => {
  const server = await startHostileServer(t, { tls: { selfSigned: true } });
  const hello = await clientHello();
  const sockets = Array.from({ length: 100 }, (_, index) => {
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.resume();
    socket.write(index % 2 === 0 ? hello : hello.subarray(0, 50));
    return socket;
  });
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  await Promise.all(sockets.map((socket) => once(socket, "connect")));
  for (let count = 0; count < 10; count++) await server.putGoodRecord();
  await Promise.all(sockets.map((socket) => (socket.closed ? undefined : once(socket, "close"))));
});
