import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, createServer as createNetServer, type Server, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import type { TLSSocket } from "node:tls";
import { loopbackCertificates } from "../../../test/fakes/loopback-certificates.ts";
import { PretendClock } from "../../../test/fakes/pretend-clock.ts";
import { startScriptedHttpServer } from "../../../test/fakes/scripted-http-server.ts";
import { systemClock } from "../../std/clock.ts";
import { DestinationError } from "../destination-error.ts";
import { HttpClient, type HttpClientOptions, type HttpRequest } from "./http-client.ts";

function clientFor(t: TestContext, options: Partial<HttpClientOptions> = {}): HttpClient {
  const secretOf = (name: string): string => {
    throw new Error(`no name matches "${name}"`);
  };
  const client = new HttpClient({ reach: {}, secretOf, clock: systemClock, ...options });
  t.after(() => client.close());
  return client;
}

function post(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { url, method: "POST", body: "{}", timeoutMs: 5_000, signal: new AbortController().signal, ...more };
}

async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(() => resolve(undefined)));
  });
  return (server.address() as AddressInfo).port;
}

function isFailure(code: string, isDoubtful: boolean, message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof DestinationError, String(error));
    assert.deepEqual([error.code, error.isDoubtful, error.retriable], [code, isDoubtful, true], error.message);
    assert.match(error.message, message);
    return true;
  };
}

test("request() sends an address and a body as they are, and gives every answer back, redirects too", async (t) => {
  const server = await startScriptedHttpServer();
  t.after(() => server.close());
  server.answer({ status: 302, headers: { location: "/elsewhere", "x-one": "1" }, body: "gone" });
  const client = clientFor(t);
  const url = `${server.address}/a/../b%2f//c?k=%20v&k`;
  const answer = await client.request(post(`${url}#part`, { headers: { "x-key": "k" }, body: Buffer.from([0, 255]) }));
  assert.deepEqual([answer.status, answer.headers["x-one"], answer.body.toString()], [302, "1", "gone"]);
  const [seen, ...more] = server.seen;
  assert.deepEqual([more.length, `${server.address}${seen?.url}`, seen?.headers["x-key"]], [0, url, "k"]);
  assert.deepEqual(seen?.body, Buffer.from([0, 255]));
  await client.request(post(`${server.address}?q=1`));
  assert.equal(server.seen[1]?.url, "/?q=1");
});

test("request() says of each failure what it is and whether the effect is in doubt", async (t) => {
  const server = await startScriptedHttpServer();
  t.after(() => server.close());
  const logCodes = { "connection-lost": "HttpEndpoint.ConnectionReset" };
  const client = clientFor(t, { logCodes });
  const free = createNetServer();
  const port = await listen(t, free);
  await new Promise((resolve) => free.close(resolve));
  const refused = client.request(post(`http://127.0.0.1:${port}/secret`));
  await assert.rejects(refused, (error: Error) => !error.message.includes("secret"));
  await assert.rejects(refused, isFailure("connect-failed", false, /127\.0\.0\.1:\d+ failed: .*ECONNREFUSED/));
  server.answer("reset");
  const reset = client.request(post(server.address));
  await assert.rejects(reset, isFailure("connection-lost", true, /closed the connection/));
  await assert.rejects(reset, { logCode: "HttpEndpoint.ConnectionReset" });
  server.answer({ status: 200, body: "x".repeat(1001) });
  const large = client.request(post(server.address, { answerBytesMax: 1000 }));
  await assert.rejects(large, isFailure("answer-too-large", true, /more than 1000 bytes/));
  const header = client.request(post(server.address, { headers: { "x-key": "a\nb" } }));
  await assert.rejects(header, isFailure("request-invalid", false, /line breaks/));
  await assert.rejects(client.request(post("none")), isFailure("request-invalid", false, /address/));
  const talker = createNetServer((socket) => void socket.on("data", () => socket.end("SMTP ready\r\n\r\n")));
  const noHttp = client.request(post(`http://127.0.0.1:${await listen(t, talker)}`));
  await assert.rejects(noHttp, isFailure("answer-broken", true, /no HTTP server/));
});

test("request() has one time-out over head and body of the answer", async (t) => {
  const clock = new PretendClock();
  const client = clientFor(t, { clock });
  const begun = Promise.withResolvers<void>();
  const server = createServer((_, response) => {
    response.writeHead(200, { "content-length": "10" });
    response.write("half");
    begun.resolve();
  });
  const asked = client.request(post(`http://127.0.0.1:${await listen(t, server)}`, { timeoutMs: 180_000 }));
  const failed = assert.rejects(asked, isFailure("timed-out", true, /no whole answer within 180000 ms/));
  await begun.promise;
  await clock.advance(180_000);
  await failed;
});

test("request() ends with the signal, and its reason is what comes out", async (t) => {
  const server = await startScriptedHttpServer();
  t.after(() => server.close());
  server.answer("hang");
  const stopped = new AbortController();
  const asked = clientFor(t).request(post(server.address, { signal: stopped.signal }));
  setTimeout(() => stopped.abort(new Error("stopped")), 50);
  await assert.rejects(asked, { message: "stopped" });
});

const hello: RequestListener = (_, response) => response.end("hello");

test("request() trusts the authority that it is given, as it is now, shows its certificate, and nobody else is believed", async (t) => {
  const made = loopbackCertificates();
  const other = loopbackCertificates();
  const asks = { requestCert: true, rejectUnauthorized: false };
  const server = createTlsServer({ cert: made.cert, key: made.key, ...asks }, ({ socket }, response) => {
    response.end((socket as TLSSocket).getPeerCertificate().subjectaltname ?? "nobody");
  });
  const url = `https://localhost:${await listen(t, server)}`;
  let authority = other.ca;
  const secrets = new Map([["key", made.key]]);
  const secretOf = (name: string) => (name === "authority" ? authority : (secrets.get(name) ?? ""));
  const named = (secret: string) => ({ secret });
  const tls = { authority: named("authority"), certificate: made.cert, key: named("key") };
  const client = clientFor(t, { secretOf, reach: { tls } });
  await assert.rejects(client.request(post(url)), isFailure("tls-untrusted", false, /tls\.authority/));
  authority = made.ca;
  assert.equal((await client.request(post(url))).body.toString(), "DNS:localhost, IP Address:127.0.0.1");
  const misnamed = clientFor(t, { secretOf, reach: { tls: { ...tls, serverName: "another" } } });
  await assert.rejects(misnamed.request(post(url)), isFailure("tls-untrusted", false, /tls\.serverName/));
  const nobody = clientFor(t, { secretOf, reach: { tls: { authority: made.ca } } });
  assert.equal((await nobody.request(post(url))).body.toString(), "nobody");
  const plain = await startScriptedHttpServer();
  t.after(() => plain.close());
  const wrongScheme = client.request(post(plain.address.replace("http:", "https:")));
  await assert.rejects(wrongScheme, isFailure("tls-failed", false, /scheme/));
});

test("request() says which secret is missing", async (t) => {
  const client = clientFor(t, { reach: { tls: { authority: { secret: "our-ca" } } } });
  await assert.rejects(client.request(post("https://localhost")), isFailure("secret-missing", false, /"our-ca"/));
});

/** A proxy for tunnels (CONNECT) and for plain requests that wants to know who comes. */
async function startProxy(t: TestContext) {
  const seen: string[] = [];
  const isKnown = (given: string | undefined) => given === `Basic ${Buffer.from("we:pass").toString("base64")}`;
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    if (!isKnown(request.headers["proxy-authorization"])) response.writeHead(407);
    response.end("through the proxy");
  });
  server.on("connect", (request, socket: Socket) => {
    seen.push(`CONNECT ${request.url}`);
    if (!isKnown(request.headers["proxy-authorization"])) return void socket.end("HTTP/1.1 407 Who\r\n\r\n");
    const [host = "", port] = (request.url ?? "").split(":");
    const upstream = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  return { url: `http://127.0.0.1:${await listen(t, server)}`, seen };
}

test("request() goes through a proxy: a tunnel for https, and who does not say who comes is refused", async (t) => {
  const made = loopbackCertificates();
  const port = await listen(t, createTlsServer({ cert: made.cert, key: made.key }, hello));
  const { url, seen } = await startProxy(t);
  const tls = { authority: made.ca };
  const client = clientFor(t, { reach: { tls, proxy: { url, credentials: "we:pass" } } });
  assert.equal((await client.request(post(`https://localhost:${port}/x`))).body.toString(), "hello");
  assert.deepEqual(seen, [`CONNECT localhost:${port}`]);
  assert.equal((await client.request(post("http://nowhere.invalid/x"))).body.toString(), "through the proxy");
  const unknown = clientFor(t, { reach: { tls, proxy: { url } } });
  await assert.rejects(unknown.request(post(`https://localhost:${port}`)), isFailure("connect-failed", false, /proxy/));
});
