import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { describe, it, type TestContext, test } from "node:test";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { writeCertificates } from "../../../scripts/servers/certificates.ts";
import { temporaryScratch } from "../../../test/fakes/scratch.ts";
import { systemClock } from "../../std/clock.ts";
import { connectToRabbitMq } from "./rabbitmq-connection.ts";
import { rabbitMqOptionsSchema } from "./rabbitmq-options.ts";

const { LAKEHOSE_TEST_RABBITMQ = "", LAKEHOSE_TEST_RABBITMQ_TLS = "", LAKEHOSE_TEST_RABBITMQ_CA = "" } = process.env;
const skip = LAKEHOSE_TEST_RABBITMQ === "" && "LAKEHOSE_TEST_RABBITMQ is not set";
const silent = () => new AbortController().signal;

describe("connectToRabbitMq()", { skip }, () => {
  it("takes the first host that answers", async () => {
    const { host, username, password } = new URL(LAKEHOSE_TEST_RABBITMQ);
    const cluster = { hosts: ["127.0.0.1:1", host], user: username, password: decodeURIComponent(password) };
    const connection = await open(cluster);
    assert.equal(connection.vhost, "/");
    await connection.close();
  });

  it("says what is wrong with user, virtual host and port", async () => {
    const changed = (change: (url: URL) => void) => {
      const url = new URL(LAKEHOSE_TEST_RABBITMQ);
      change(url);
      return { url: url.href };
    };
    const wrongPassword = changed((url) => {
      url.password = "wrong";
    });
    await assert.rejects(open(wrongPassword), { code: "access-refused", message: /look at user and password/ });
    const wrongVhost = changed((url) => {
      url.pathname = "/elsewhere";
    });
    await assert.rejects(open(wrongVhost), {
      code: "not-allowed",
      message: /look at the virtual host/,
    });
    const nobody = changed((url) => {
      url.port = "1";
    });
    await assert.rejects(open(nobody), { code: "ECONNREFUSED" });
  });

  it("trusts the authority that it is told, and no other", async () => {
    const url = LAKEHOSE_TEST_RABBITMQ_TLS;
    const authority = await readFile(LAKEHOSE_TEST_RABBITMQ_CA, "utf8");
    await (await open({ url, tls: { authority } })).close();
    await assert.rejects(open({ url }), { code: "tls-failed", message: /tls\.authority/ });
    const serverName = "elsewhere";
    await assert.rejects(open({ url, tls: { authority, serverName } }), { code: "tls-failed", message: /serverName/ });
  });

  it("shows its certificate to a broker that asks for one", async (t) => {
    const files = await writeCertificates(temporaryScratch().directory);
    const read = (path: string) => readFile(path, "utf8");
    const authority = await read(files.authority);
    const [cert, key] = [await read(files.certificate), await read(files.key)];
    const seen: string[] = [];
    const upstream = new URL(LAKEHOSE_TEST_RABBITMQ);
    const { hostname, port } = upstream;
    // The certificate is one for servers, so the network before the broker looks at it and does not verify it.
    const door = createTlsServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (socket: TLSSocket) => {
      seen.push(socket.getPeerCertificate().fingerprint256);
      const broker = connect(Number(port), hostname);
      for (const end of [socket, broker]) end.on("error", () => undefined);
      socket.pipe(broker).pipe(socket);
    });
    upstream.port = String(await listen(t, door));
    upstream.protocol = "amqps:";
    await (await open({ url: upstream.href, tls: { authority, certificate: cert, key } })).close();
    assert.equal(seen.length, 1);
    assert.match(seen[0] ?? "", /^[0-9A-F:]{95}$/);
  });
});

test("connectToRabbitMq() says what to look at when the other end hangs up at once", async (t) => {
  const port = await listen(
    t,
    createServer((socket) => socket.resume().end()),
  );
  await assert.rejects(open({ url: `amqp://127.0.0.1:${port}` }), {
    code: "connection-lost",
    message: /scheme and port/,
  });
});

test("connectToRabbitMq() ends when it is stopped, however long the broker says nothing", async (t) => {
  const port = await listen(
    t,
    createServer((socket) => socket.on("error", () => undefined)),
  );
  const stop = new AbortController();
  const connecting = open({ url: `amqp://127.0.0.1:${port}` }, stop.signal);
  setTimeout(() => stop.abort(new Error("stopped")), 50);
  await assert.rejects(connecting);
});

async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

function open(given: object, signal = silent()) {
  const options = rabbitMqOptionsSchema.parse({ queue: "orders", ...given });
  return connectToRabbitMq(options, { clock: systemClock, readSecret: String }, signal);
}
