import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { describe, it, type TestContext } from "node:test";
import SftpClient from "ssh2-sftp-client";

const { LAKEHOSE_TEST_SFTP, LAKEHOSE_TEST_SFTP_KEY = "", LAKEHOSE_TEST_SFTP_HOST_KEY = "" } = process.env;

describe("sftp", { skip: !LAKEHOSE_TEST_SFTP && "LAKEHOSE_TEST_SFTP is not set" }, () => {
  it("keeps a file that is written, renamed and read in the drop folder", async (t) => {
    const [, hostKey] = (await readFile(LAKEHOSE_TEST_SFTP_HOST_KEY, "utf8")).split(" ");
    const client = await openClient(t, (key) => key.toString("base64") === hostKey);
    const path = `${new URL(LAKEHOSE_TEST_SFTP ?? "").pathname}/${randomUUID()}.csv`;
    await client.put(Buffer.from("a,b\n"), `${path}.part`);
    await client.rename(`${path}.part`, path);
    assert.equal(String(await client.get(path)), "a,b\n");
    assert.equal(await client.cwd(), new URL(LAKEHOSE_TEST_SFTP ?? "").pathname);
  });

  it("shows its key before anybody is let in", async (t) => {
    await assert.rejects(
      openClient(t, () => false),
      /Host denied/,
    );
  });
});

async function openClient(t: TestContext, isKnown: (hostKey: Buffer) => boolean) {
  const { hostname, port, username } = new URL(LAKEHOSE_TEST_SFTP ?? "");
  const client = new SftpClient();
  t.after(() => client.end());
  const privateKey = await readFile(LAKEHOSE_TEST_SFTP_KEY);
  await client.connect({ host: hostname, port: Number(port), username, privateKey, hostVerifier: isKnown });
  return client;
}
