import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { PretendClock } from "../../test/fakes/pretend-clock.ts";
import { systemClock } from "../std/clock.ts";
import { silentTelemetry } from "../telemetry/telemetry.ts";
import { HttpServer } from "./http-server.ts";
import { type Certificate, readCertificate, selfSignedCertificate, watchCertificate } from "./tls.ts";

async function temporary(context: TestContext): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "lakehose-tls-"));
  context.after(() => rm(directory, { recursive: true }));
  return directory;
}

const HOSTS = ["localhost", "127.0.0.1", "::1"];

async function serve(context: TestContext, tls: Certificate) {
  const server = new HttpServer({
    host: "127.0.0.1",
    port: 0,
    routes: [],
    clock: systemClock,
    telemetry: silentTelemetry,
    open: true,
    requestBytesMax: 1000,
    tls,
  });
  context.after(() => server.close(0));
  return { server, port: await server.listen() };
}

function statusOf(port: number, host: string, ca: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({ host, port, ca, path: "/", agent: false, lookup: undefined }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on("error", reject);
    asked.end();
  });
}

test("selfSignedCertificate() makes a certificate that clients accept once they trust its CA, and nobody else's", async (context) => {
  const made = await selfSignedCertificate(await temporary(context), HOSTS, systemClock);
  const other = await selfSignedCertificate(await temporary(context), HOSTS, systemClock);
  const { port } = await serve(context, made);
  assert.equal(await statusOf(port, "localhost", made.ca), 404);
  assert.equal(await statusOf(port, "127.0.0.1", made.ca), 404);
  await assert.rejects(statusOf(port, "127.0.0.1", other.ca), /certificate/);
  const [cert, ca] = [new X509Certificate(made.cert), new X509Certificate(made.ca)];
  assert.ok(cert.verify(ca.publicKey) && cert.checkIssued(ca) && ca.ca && !cert.ca);
  assert.equal(cert.subjectAltName, "DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1");
});

test("selfSignedCertificate() keeps its files until they expire or the hosts change, the key for its owner only", async (context) => {
  const directory = await temporary(context);
  const clock = new PretendClock();
  const first = await selfSignedCertificate(directory, HOSTS, clock);
  assert.deepEqual(await selfSignedCertificate(directory, ["localhost"], clock), first);
  assert.equal((await stat(join(directory, "server-key.pem"))).mode & 0o777, 0o600);
  const second = await selfSignedCertificate(directory, [...HOSTS, "lake.internal"], clock);
  assert.notEqual(second.cert, first.cert);
  clock.jump(800 * 24 * 3_600_000);
  assert.notEqual((await selfSignedCertificate(directory, HOSTS, clock)).cert, second.cert);
});

test("readCertificate() names the file that is missing, and refuses a key of another certificate", async (context) => {
  const directory = await temporary(context);
  const [certFile, keyFile] = [join(directory, "c.pem"), join(directory, "k.pem")];
  await assert.rejects(
    readCertificate({ certFile, keyFile }),
    /TLS needs the file .*c\.pem, reading it failed: ENOENT/,
  );
  const [one, two] = [await made(context), await made(context)];
  await writeFile(certFile, one.cert);
  await writeFile(keyFile, two.key);
  await assert.rejects(readCertificate({ certFile, keyFile }), /TLS needs a PEM certificate and its own key/);
});

async function made(context: TestContext): Promise<Certificate> {
  return selfSignedCertificate(await temporary(context), HOSTS, systemClock);
}

test("watchCertificate() hands on a renewed pair, and skips a broken one", async (context) => {
  const directory = await temporary(context);
  const files = { certFile: join(directory, "c.pem"), keyFile: join(directory, "k.pem") };
  const write = async ({ cert, key }: Certificate) => {
    await writeFile(files.certFile, cert);
    await writeFile(files.keyFile, key);
  };
  const [first, second] = [await made(context), await made(context)];
  await write(first);
  const ended = new AbortController();
  let tick: () => void = () => undefined;
  const asleep: (() => void)[] = [];
  const clock = {
    ...systemClock,
    sleep: (_ms: number, signal?: AbortSignal) =>
      new Promise<void>((resolve, reject) => {
        tick = resolve;
        signal?.addEventListener("abort", () => reject(signal.reason));
        asleep.shift()?.();
      }),
  };
  const sleeping = () => new Promise<void>((resolve) => asleep.push(resolve));
  const events: string[] = [];
  const begun = sleeping();
  const watching = watchCertificate(files, clock, ended.signal, {
    onRenewed: ({ cert }) => events.push(cert === second.cert ? "renewed" : "wrong"),
    onRefused: () => events.push("refused"),
  });
  await begun;
  const step = async () => {
    const next = sleeping();
    tick();
    await next;
  };
  await step();
  await write({ cert: second.cert, key: "broken" });
  await step();
  await write(second);
  await step();
  await step();
  ended.abort();
  await watching;
  assert.deepEqual(events, ["refused", "renewed"]);
});

test("HttpServer.replaceCertificate() serves new connections with the new certificate", async (context) => {
  const [first, second] = [
    await selfSignedCertificate(await temporary(context), HOSTS, systemClock),
    await selfSignedCertificate(await temporary(context), HOSTS, systemClock),
  ];
  const { port, server } = await serve(context, first);
  assert.equal(await statusOf(port, "localhost", first.ca), 404);
  server.replaceCertificate(second);
  assert.equal(await statusOf(port, "localhost", second.ca), 404);
  await assert.rejects(statusOf(port, "localhost", first.ca), /certificate/);
});
