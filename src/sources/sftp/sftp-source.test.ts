import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { describeSourceConformance } from "../../../test/conformance/source.ts";
import { DropZone } from "../../../test/fakes/drop-zone.ts";
import { startFlakyProxy } from "../../../test/fakes/flaky-proxy.ts";
import { UpstreamWorld } from "../../../test/fakes/upstream-world.ts";
import { systemRandom } from "../../std/random.ts";
import { fingerprintOf } from "./host-keys.ts";
import { sftpOptionsSchema } from "./sftp-options.ts";
import { sftpSource } from "./sftp-source.ts";

const { LAKEHOSE_TEST_SFTP = "", LAKEHOSE_TEST_SFTP_KEY = "", LAKEHOSE_TEST_SFTP_HOST_KEY = "" } = process.env;
const skip = LAKEHOSE_TEST_SFTP === "" && "LAKEHOSE_TEST_SFTP is not set";

/** A folder of its own on the real server, behind a network that breaks on demand. */
async function openServer() {
  const { port, username, pathname } = new URL(LAKEHOSE_TEST_SFTP);
  const proxy = await startFlakyProxy(`http://127.0.0.1:${port}`, systemRandom);
  const zone = new DropZone(join(pathname, randomUUID()));
  await mkdir(zone.folder);
  // The server may be another user than the test.
  await chmod(zone.folder, 0o777);
  const hostKey = (await readFile(LAKEHOSE_TEST_SFTP_HOST_KEY, "utf8")).split(" ").slice(0, 2).join(" ");
  const proxyPort = Number(new URL(proxy.address).port);
  const options = {
    host: "127.0.0.1",
    port: proxyPort,
    user: username,
    privateKey: await readFile(LAKEHOSE_TEST_SFTP_KEY, "utf8"),
    knownHosts: `[127.0.0.1]:${proxyPort} ${hostKey}`,
    path: zone.folder,
    ready: "renamed",
    pollSeconds: 0.2,
  };
  const close = async () => {
    await proxy.close();
    await zone.remove();
  };
  return { proxy, zone, options, hostKey: Buffer.from(hostKey.split(" ")[1] ?? "", "base64"), close };
}

for (const after of ["leave", { archive: "done" }]) {
  const makeUpstream = async () => {
    const { proxy, zone, options, close } = await openServer();
    return {
      kind: sftpSource,
      options: { ...options, after },
      missing: { ...options, path: `${zone.folder}/missing` },
      exactlyOnce: true,
      put: (texts: readonly string[]) => zone.dropAll(texts),
      interrupt: async () => {
        proxy.state = "down";
        return async () => {
          proxy.state = "pass";
        };
      },
      cleanUp: close,
    };
  };
  describeSourceConformance(`sftp, ${JSON.stringify(after)}`, makeUpstream, { skip });
}

describe("sftp", { skip }, () => {
  const open = async (t: TestContext, choose: (server: Awaited<ReturnType<typeof openServer>>) => object) => {
    const server = await openServer();
    const world = new UpstreamWorld(sftpSource, choose(server));
    t.after(async () => {
      await world.stop();
      await server.close();
    });
    return { ...server, world };
  };

  it("reads from a server whose key has the fingerprint", async (t) => {
    const { zone, world } = await open(t, ({ options: { knownHosts: _, ...options }, hostKey }) => ({
      ...options,
      fingerprints: [fingerprintOf(hostKey)],
      after: "delete",
    }));
    await zone.drop("in/a.bin", Buffer.alloc(900_000, "ab"));
    await world.start();
    const [record] = await world.untilRecords(1);
    assert.equal(record?.equals(Buffer.alloc(900_000, "ab")), true);
  });

  it("refuses a server with another key, before it logs in", async (t) => {
    const { world } = await open(t, ({ options: { knownHosts: _, ...options } }) => ({
      ...options,
      fingerprints: ["SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU"],
    }));
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.equal(world.status.failure?.code, "host-key-refused");
    assert.match(world.status.failure?.message ?? "", /shows a key that is not expected, SHA256:/);
  });

  it("refuses a server of which nothing is known", async (t) => {
    const { world } = await open(t, ({ options }) => ({ ...options, knownHosts: "other.example ssh-ed25519 AAAA" }));
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.equal(world.status.failure?.code, "host-key-refused");
  });

  it("says that the user is not let in", async (t) => {
    const { world } = await open(t, ({ options: { privateKey: _, ...options } }) => ({
      ...options,
      password: "wrong",
    }));
    await world.start();
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.equal(world.status.failure?.code, "login-refused");
  });

  it("goes on inside a file of lines when the connection breaks", async (t) => {
    const { zone, world, proxy } = await open(t, ({ options }) => ({ ...options, content: "lines" }));
    const lines = Array.from({ length: 200_000 }, (_, index) => `{"index":${index},"text":"some more bytes"}`);
    await zone.drop("lines.ndjson", lines.join("\n"));
    await world.start();
    await world.untilRecords(10_000);
    proxy.state = "down";
    await world.until(() => world.status.state === "waiting", "waiting");
    assert.ok(world.status.records < lines.length, `${world.status.records} lines before it broke`);
    proxy.state = "pass";
    const records = await world.untilRecords(lines.length, 30_000);
    assert.deepEqual(records.map(String), lines);
  });

  it("archives under a free name", async (t) => {
    const { zone, world } = await open(t, ({ options }) => ({ ...options, after: { archive: "done" } }));
    await zone.drop("a.txt", "one");
    await world.start();
    await world.until(() => existsSync(join(zone.folder, "done/a.txt")), "the archive");
    await zone.drop("a.txt", "two, longer");
    await world.until(() => existsSync(join(zone.folder, "done/a.txt.1")), "another name");
    assert.equal(world.status.records, 2);
    assert.deepEqual((await readdir(join(zone.folder, "done"))).sort(), ["a.txt", "a.txt.1"]);
  });
});

describe("options of sftp", () => {
  it("ask for one login and for one way to know the server", () => {
    const usual = { host: "h", user: "u", password: "p", path: "/in", acceptAnyHostKey: true };
    assert.equal(sftpOptionsSchema.safeParse(usual).success, true);
    const wrong: readonly object[] = [
      { ...usual, acceptAnyHostKey: undefined },
      { ...usual, acceptAnyHostKey: false },
      { ...usual, knownHosts: "h ssh-ed25519 AAAA" },
      { ...usual, privateKey: "key" },
      { ...usual, password: undefined },
      { ...usual, passphrase: "secret" },
    ];
    for (const options of wrong)
      assert.equal(sftpOptionsSchema.safeParse(options).success, false, JSON.stringify(options));
  });
});
