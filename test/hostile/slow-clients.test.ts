import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { describe, type TestContext, test } from "node:test";
import { afterwards } from "../journeys/cleanup.ts";
import { startHostileServer } from "./hostile-server.ts";

/**
 * Clients that hold a connection and do nothing with it, or nearly nothing: they are held, and in the end cut off, and
 * nobody else waits for them.
 *
 *     LAKEHOSE_IDLE_CONNECTIONS=10000 node --test test/hostile/slow-clients.test.ts
 */
const IDLE_CONNECTIONS = Number(process.env.LAKEHOSE_IDLE_CONNECTIONS ?? 2000);

/** What the test itself and the server have open beside the connections. */
const OTHER_FILES = 500;

/** An idle connection costs some kilobytes; what is said here would be 40 each at 10,000. */
const MEMORY_BYTES_MAX = 512 * 1024 * 1024;

async function openFilesMax(): Promise<number> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => "");
  return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
}

async function open(t: TestContext, port: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  afterwards(t, () => {
    for (const socket of sockets) socket.destroy();
  });
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(200, count - sockets.length) }, () => connect(port, "127.0.0.1"));
    for (const socket of some) socket.on("error", () => undefined);
    sockets.push(...some);
    await Promise.all(some.map((socket) => once(socket, "connect")));
  }
  return sockets;
}

function answerOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (text.includes("\r\n\r\n")) resolve(text);
    });
    socket.on("close", () => resolve(text));
  });
}

// Most of the time goes by in waiting for the limits, so they wait together.
describe("slow clients", { concurrency: true }, () => {
  test(`${IDLE_CONNECTIONS} idle connections leave room for others and little trace`, async (t) => {
    const filesMax = await openFilesMax();
    if (filesMax < IDLE_CONNECTIONS + OTHER_FILES) {
      t.skip(`${IDLE_CONNECTIONS} connections need more open files than the ${filesMax} that are allowed (ulimit -n)`);
      return;
    }
    const server = await startHostileServer(t);
    const before = await server.memoryBytes();
    // Half of them never say a word, the others were clients once.
    const silent = await open(t, server.port, IDLE_CONNECTIONS / 2);
    const former = await open(t, server.port, IDLE_CONNECTIONS / 2);
    const served = former.map(answerOf);
    for (const socket of former) socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    for (const answer of await Promise.all(served)) assert.match(answer, /^HTTP\/1.1 200 /);
    for (let count = 0; count < 20; count++) await server.putGoodRecord();
    const held = await server.memoryBytes();
    t.diagnostic(`${Math.round((held - before) / IDLE_CONNECTIONS)} bytes a connection`);
    assert.ok(held < MEMORY_BYTES_MAX, `${held} bytes for ${IDLE_CONNECTIONS} connections`);
    assert.equal(former.filter((socket) => socket.closed).length, 0, "those who behave keep their connections");
    const [first] = silent;
    assert.ok(first);
    assert.match(await answerOf(first), /^HTTP\/1.1 408 /, "who never sends a request is cut off");
    await server.putGoodRecord();
  });

  test("clients that send drop by drop are cut off at the limit, and nobody waits for them", async (t) => {
    const server = await startHostileServer(t);
    const sockets = await open(t, server.port, 200);
    const answers = sockets.map(answerOf);
    for (const [index, socket] of sockets.entries()) {
      const length = index % 2 === 0 ? "Content-Length: 5000000\r\n" : "";
      socket.write(`POST / HTTP/1.1\r\nHost: localhost\r\n${length}`);
    }
    // One byte a second keeps a connection alive for as long as only silence is measured.
    const dripping = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write("X");
    }, 1000);
    afterwards(t, () => clearInterval(dripping));
    for (let count = 0; count < 20; count++) await server.putGoodRecord();
    for (const answer of await Promise.all(answers)) assert.match(answer, /^HTTP\/1.1 408 /);
    await server.putGoodRecord();
  });

  test("large bodies that stand still give their memory to whoever waits for it", async (t) => {
    const server = await startHostileServer(t);
    // More than the memory for bodies can hold.
    const sockets = await open(t, server.port, 12);
    const target = "X-Amz-Target: Firehose_20150804.PutRecordBatch\r\n";
    const answers = sockets.map(answerOf);
    for (const socket of sockets)
      socket.write(
        `POST / HTTP/1.1\r\nHost: localhost\r\n${target}Content-Length: 5000000\r\n\r\n${"x".repeat(100_000)}`,
      );
    // They are there before the good record: what the server reads, it reads in this order.
    await server.memoryBytes();
    await server.putGoodRecord();
    assert.match(await Promise.race(answers), /^HTTP\/1.1 408 /);
    assert.match(await Promise.race(answers), /RequestTimeoutException/);
  });

  test("bodies that never end hold their share of memory and no more", async (t) => {
    const server = await startHostileServer(t);
    const sockets = await open(t, server.port, 60);
    const target = "X-Amz-Target: Firehose_20150804.PutRecordBatch\r\n";
    const head = `POST / HTTP/1.1\r\nHost: localhost\r\n${target}Content-Length: 5000000\r\n\r\n`;
    const answers = sockets.map(answerOf);
    for (const socket of sockets) socket.write(head + "x".repeat(100_000));
    const refused = await Promise.race(answers);
    assert.match(refused, /ServiceUnavailableException|RequestTimeoutException/, "and are told so");
    assert.ok((await server.memoryBytes()) < MEMORY_BYTES_MAX);
    for (const socket of sockets) socket.destroy();
    await server.putGoodRecord();
  });
});
