import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import { nodeDisk } from "../../std/node-disk.ts";
import type { HttpRequest } from "../protocol/http.ts";
import { consoleRoute } from "./console-route.ts";

const PAGE = "<!doctype html><title>Lakehose</title>";
const SCRIPT = "console.log(1)";

function builtConsole(t: TestContext, files: Readonly<Record<string, string | Buffer>>) {
  const directory = mkdtempSync(join(tmpdir(), "lakehose-console-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, "assets"));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
  const route = consoleRoute({ disk: nodeDisk, directory });
  return async (path: string, headers: HttpRequest["headers"] = {}, method = "GET") => {
    const request: HttpRequest = {
      id: "1",
      method,
      path,
      query: "",
      headers,
      address: "127.0.0.1",
      body: () => assert.fail("no body is read"),
      stream: () => assert.fail("no body is read"),
      signal: new AbortController().signal,
    };
    if (!route.matches(request)) return undefined;
    const answer = await route.handle(request);
    return { ...answer, body: Buffer.from(answer.body as Buffer | string) };
  };
}

const HTML = { accept: "text/html,application/xhtml+xml" };

test("consoleRoute() answers / and every page below /ui with the one page, and never lets it be kept unasked", async (t) => {
  const get = builtConsole(t, { "index.html": PAGE });
  for (const path of ["/", "/ui", "/ui/", "/ui/streams/clicks", "/ui/streams/a.b"]) {
    const answer = await get(path, HTML);
    assert.deepEqual([answer?.status, answer?.body.toString()], [200, PAGE], path);
    assert.equal(answer?.headers["cache-control"], "no-cache");
    assert.equal(answer?.headers["content-type"], "text/html; charset=utf-8");
  }
});

test("consoleRoute() leaves everybody else's paths and methods alone", async (t) => {
  const get = builtConsole(t, { "index.html": PAGE });
  for (const path of ["/lake/index.html", "/uis/x", "/api/streams", "/metrics", "/healthz", "/v1/streams/s/records"])
    assert.equal(await get(path, HTML), undefined, path);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) assert.equal(await get("/", HTML, method), undefined);
});

test("consoleRoute() does not answer a script that is missing with a page", async (t) => {
  const get = builtConsole(t, { "index.html": PAGE });
  assert.equal((await get("/ui/assets/gone-1.js", HTML))?.status, 404);
  assert.equal((await get("/ui/icon.png", { accept: "image/*" }))?.status, 404);
});

test("consoleRoute() serves files for ever and packed as the client takes them", async (t) => {
  const packed = brotliCompressSync(SCRIPT);
  const get = builtConsole(t, { "index.html": PAGE, "assets/main-1.js": SCRIPT, "assets/main-1.js.br": packed });
  const plain = await get("/ui/assets/main-1.js");
  assert.deepEqual([plain?.status, plain?.body.toString()], [200, SCRIPT]);
  assert.equal(plain?.headers["content-type"], "text/javascript; charset=utf-8");
  assert.match(String(plain?.headers["cache-control"]), /immutable/);
  const brotli = await get("/ui/assets/main-1.js", { "accept-encoding": "gzip, deflate, br" });
  assert.equal(brotli?.headers["content-encoding"], "br");
  assert.equal(brotliDecompressSync(brotli?.body ?? "").toString(), SCRIPT);
  const refused = await get("/ui/assets/main-1.js", { "accept-encoding": "br;q=0, gzip" });
  assert.deepEqual([refused?.headers["content-encoding"], refused?.body.toString()], [undefined, SCRIPT]);
});

test("consoleRoute() answers 304 to who has it already", async (t) => {
  const get = builtConsole(t, { "index.html": PAGE });
  const etag = String((await get("/", HTML))?.headers.etag);
  const again = await get("/", { ...HTML, "if-none-match": `"other", ${etag}` });
  assert.deepEqual([again?.status, again?.body.length], [304, 0]);
  assert.equal((await get("/", { ...HTML, "if-none-match": '"other"' }))?.status, 200);
});

test("consoleRoute() reads nothing outside of its folder", async (t) => {
  const get = builtConsole(t, { "index.html": PAGE, "secret.js": "s" });
  for (const path of ["/ui/assets/../secret.js", "/ui/assets/..%2fsecret.js", "/ui/assets/..", "/ui/assets/%00.js"]) {
    assert.equal((await get(path))?.status, 404, path);
  }
});

test("consoleRoute() keeps scripts and requests of others out of its pages", async (t) => {
  const get = builtConsole(t, { "index.html": PAGE });
  const policy = String((await get("/", HTML))?.headers["content-security-policy"]);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
});

test("consoleRoute() says how the console is built where it has not been", async (t) => {
  const get = builtConsole(t, {});
  const answer = await get("/", HTML);
  assert.equal(answer?.status, 200);
  assert.match(answer?.body.toString() ?? "", /npm run build:console/);
  assert.equal(answer?.headers["cache-control"], "no-store");
});
