import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { describe, it } from "node:test";
import { freePort } from "./free-port.ts";
import { isAlive, startServer, stopServer } from "./lifecycle.ts";
import { servers } from "./registry.ts";
import { runTool } from "./run-tool.ts";
import { type ServerDefinition, ServerError } from "./server.ts";

/** A server of one line, which tells its port on its command line as all of ours do. */
function tiny(script: string): ServerDefinition {
  return {
    name: "tiny",
    summary: "For this test.",
    install: async () => undefined,
    launch: async () => {
      const port = await freePort();
      const address = `http://127.0.0.1:${port}`;
      const isReady = async () => (await fetch(address)).ok;
      return { command: process.execPath, args: ["-e", script, String(port)], address, isReady };
    },
    environment: (address) => ({ TINY: address ?? "" }),
  };
}

const ANSWERS = 'require("node:http").createServer((_, r) => r.end("ok")).listen(process.argv[1], "127.0.0.1")';

describe("startServer", () => {
  it("gives an address that answers, and stopServer leaves nothing", async () => {
    const running = await startServer(tiny(ANSWERS));
    const address = running.environment.TINY ?? "";
    assert.equal(await (await fetch(address)).text(), "ok");
    assert.ok(isAlive(running));
    await stopServer(running);
    assert.ok(!isAlive(running));
    await assert.rejects(fetch(address));
    assert.ok(!existsSync(running.process?.folder ?? "/"));
  });

  it("shows the last words of a server that ends at once", async () => {
    const start = startServer(tiny('console.error("no room in here"); process.exit(3)'));
    await assert.rejects(
      start,
      (error) => error instanceof ServerError && /ended with 3.*no room/s.test(error.message),
    );
  });
});

it("runTool names the program that is missing and says how to get it", async () => {
  const missing = runTool("lakehose-no-such-program", [], "install it");
  await assert.rejects(missing, (error) => error instanceof ServerError && /missing: install it/.test(error.message));
});

it("servers are listed in the order of the alphabet", () => {
  const names = servers.map((one) => one.name);
  assert.deepEqual(names, [...names].sort());
});
