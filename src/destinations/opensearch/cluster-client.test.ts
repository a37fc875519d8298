import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { z } from "zod";
import { writeCertificates } from "../../../scripts/servers/certificates.ts";
import { type StandInClusterOptions, startStandInCluster } from "../../../test/fakes/stand-in-cluster.ts";
import { verifySignature } from "../../../test/fakes/verify-signature.ts";
import { afterwards } from "../../../test/journeys/cleanup.ts";
import type { Clock } from "../../std/clock.ts";
import type { JsonObject } from "../../std/json.ts";
import { DestinationError } from "../destination-error.ts";
import { ClusterClient } from "./cluster-client.ts";
import { clusterShape } from "./cluster-options.ts";

const NOW = Date.parse("2024-06-01T10:30:00Z");
const clock: Clock = { now: () => NOW, monotonic: () => 0, sleep: async () => undefined };
const BODY = Buffer.from('{"create":{"_index":"a","_id":"1"}}\n{"n":1}\n');
const schema = z.strictObject(clusterShape);
/** Where the configuration says that domains are. */
let domainAddress = "";
const never = new AbortController().signal;

function clientOf(t: TestContext, options: JsonObject): ClusterClient {
  const client = new ClusterClient(schema.parse(options), {
    clock,
    secretOf: (name) => (name === "password" ? "pä:ss" : assert.fail(`there is no secret ${name}`)),
    endpointOf: (name) => (name.startsWith("arn:aws:es:") ? domainAddress : undefined),
  });
  afterwards(t, () => client.close());
  return client;
}

async function clusterOf(t: TestContext, options: StandInClusterOptions = {}) {
  const cluster = await startStandInCluster(options);
  afterwards(t, () => cluster.close());
  return cluster;
}

async function failureOf(answer: Promise<unknown>): Promise<DestinationError> {
  const error = await answer.then(
    () => assert.fail("expected a failure"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof DestinationError, String(error));
  return error;
}

describe("ClusterClient", () => {
  it("posts to the address of bulk requests, below whatever the endpoint says", async (t) => {
    const cluster = await clusterOf(t);
    const client = clientOf(t, { endpoint: `${cluster.address}/behind/a/proxy` });
    assert.match(await client.bulk(BODY, never), /"status":201/);
    const [sent] = cluster.requests;
    assert.equal(sent?.url, "/behind/a/proxy/_bulk?filter_path=errors%2Citems.*.status%2Citems.*.error");
    assert.equal(sent?.headers["content-type"], "application/x-ndjson");
    assert.equal(sent?.headers.authorization, undefined);
  });

  it("compresses", async (t) => {
    const cluster = await clusterOf(t);
    await clientOf(t, { endpoint: cluster.address, gzip: true }).bulk(BODY, never);
    assert.equal(cluster.requests[0]?.headers["content-encoding"], "gzip");
    assert.deepEqual(cluster.requests[0]?.body, BODY);
  });

  it("says who it is by name and password", async (t) => {
    const cluster = await clusterOf(t);
    const auth = { type: "basic", user: "lakehose", password: { secret: "password" } };
    await clientOf(t, { endpoint: cluster.address, auth }).bulk(BODY, never);
    const [, encoded = ""] = cluster.requests[0]?.headers.authorization?.split(" ") ?? [];
    assert.equal(Buffer.from(encoded, "base64").toString(), "lakehose:pä:ss");
  });

  it("says who it is by API key", async (t) => {
    const cluster = await clusterOf(t);
    await clientOf(t, { endpoint: cluster.address, auth: { type: "api-key", key: "abc==" } }).bulk(BODY, never);
    assert.equal(cluster.requests[0]?.headers.authorization, "ApiKey abc==");
  });

  for (const service of ["es", "aoss"]) {
    it(`signs requests for ${service}`, async (t) => {
      const cluster = await clusterOf(t);
      const credentials = { accessKeyId: "AKID", secretAccessKey: "secret", sessionToken: "token" };
      const auth = { type: "sigv4", service, region: "eu-west-1", credentials };
      await clientOf(t, { endpoint: `${cluster.address}/p`, auth }).bulk(BODY, never);
      const [sent] = cluster.requests;
      assert.ok(sent);
      const parts = verifySignature(sent, "secret", NOW);
      assert.deepEqual([parts.service, parts.region], [service, "eu-west-1"]);
      assert.throws(() => verifySignature(sent, "another", NOW), /signature we calculated/);
      assert.equal(sent.headers["x-amz-security-token"], "token");
      assert.match(String(sent.headers["x-amz-content-sha256"]), /^[0-9a-f]{64}$/);
    });
  }

  it("trusts a cluster whose authority it is told, and no other", async (t) => {
    const { authority, tls } = await certificatesOf(t);
    const cluster = await clusterOf(t, { tls });
    await clientOf(t, { endpoint: cluster.address, ca: authority }).bulk(BODY, never);
    assert.equal(cluster.requests.length, 1);
    const failure = await failureOf(clientOf(t, { endpoint: cluster.address }).bulk(BODY, never));
    assert.deepEqual([failure.code, failure.retriable], ["unreachable", true]);
    assert.match(failure.message, /certificate/);
    assert.equal(cluster.requests.length, 1);
  });

  it("goes through a proxy, by a tunnel where the cluster has TLS", async (t) => {
    const { authority: ca, tls } = await certificatesOf(t);
    const proxy = await startProxy(t);
    for (const cluster of [await clusterOf(t), await clusterOf(t, { tls })]) {
      const { host } = new URL(cluster.address);
      await clientOf(t, { endpoint: cluster.address, ca, proxy: proxy.address }).bulk(BODY, never);
      assert.equal(cluster.requests.length, 1);
      assert.equal(proxy.asked.at(-1), host);
    }
  });

  it("finds a domain where the configuration says that it is", async (t) => {
    const cluster = await clusterOf(t);
    domainAddress = cluster.address;
    await clientOf(t, { endpoint: "arn:aws:es:us-east-1:000000000000:domain/logs" }).bulk(BODY, never);
    assert.equal(cluster.requests.length, 1);
    const failure = await failureOf(clientOf(t, { endpoint: "arn:aws:aoss:logs" }).bulk(BODY, never));
    assert.match(failure.message, /expected an entry of endpoints in the configuration for "arn:aws:aoss:logs"/);
  });

  it("asks the next node when one cannot be reached", async (t) => {
    const gone = await clusterOf(t);
    const cluster = await clusterOf(t);
    await gone.close();
    const client = clientOf(t, { endpoint: [gone.address, cluster.address] });
    const failure = await failureOf(client.bulk(BODY, never));
    assert.deepEqual([failure.code, failure.retriable, failure.isDoubtful], ["unreachable", true, true]);
    assert.ok(failure.message.includes(`expected an answer from ${gone.address}, got none`), failure.message);
    await client.bulk(BODY, never);
    assert.equal(cluster.requests.length, 1);
  });

  it("ends with the signal, and with its time", async (t) => {
    const cluster = await clusterOf(t);
    cluster.fail("hang", "hang");
    const giveUp = new AbortController();
    const answer = clientOf(t, { endpoint: cluster.address }).bulk(BODY, giveUp.signal);
    setImmediate(() => giveUp.abort(new Error("given up")));
    assert.equal((await failureOf(answer)).retriable, true);
    const hasty = clientOf(t, { endpoint: cluster.address, requestTimeoutSeconds: 0.2 });
    assert.match((await failureOf(hasty.bulk(BODY, never))).message, /got none: .*Timeout/i);
  });

  it("tells apart what time may cure and what not", async (t) => {
    const cluster = await clusterOf(t);
    const client = clientOf(t, { endpoint: cluster.address });
    for (const [status, code, retriable, isDoubtful] of [
      [400, "malformed", false, false],
      [413, "too-large", false, false],
      [401, "denied", true, false],
      [429, "refused", true, false],
      [500, "refused", true, true],
      [504, "refused", true, true],
    ] as const) {
      cluster.fail({ status, body: "because" });
      const failure = await failureOf(client.bulk(BODY, never));
      const { logCode } = failure;
      const found = { code: failure.code, retriable: failure.retriable, isDoubtful: failure.isDoubtful, logCode };
      assert.deepEqual(found, { code, retriable, isDoubtful, logCode: String(status) });
    }
  });
});

async function certificatesOf(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-tls-"));
  afterwards(t, () => rm(folder, { recursive: true }));
  const { authority, certificate, key } = await writeCertificates(folder);
  return {
    authority: await readFile(authority, "utf8"),
    tls: { cert: await readFile(certificate, "utf8"), key: await readFile(key, "utf8") },
  };
}

/** Passes requests on and makes tunnels, and remembers where to. */
async function startProxy(t: TestContext) {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((incoming, response) => {
    const { url = "", method, headers } = incoming;
    asked.push(new URL(url).host);
    const outgoing = request(url, { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(outgoing);
  });
  server.on("connect", ({ url = "" }: IncomingMessage, socket: Socket) => {
    asked.push(url);
    const [host, port] = url.split(":");
    const tunnel = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      socket.pipe(tunnel).pipe(socket);
    });
    for (const one of [socket, tunnel]) {
      sockets.add(one);
      one.on("error", () => one.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  afterwards(t, () => {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
