import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { compressFolder } from "./compress-folder.ts";

test("compressFolder() puts both packed forms beside texts and leaves pictures alone", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "lakehose-compress-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "assets"));
  const script = "console.log(1);\n".repeat(1000);
  writeFileSync(join(folder, "assets", "a.js"), script);
  writeFileSync(join(folder, "assets", "b.woff2"), "binary");
  const bytes = compressFolder(folder);
  assert.deepEqual(readdirSync(join(folder, "assets")).sort(), ["a.js", "a.js.br", "a.js.gz", "b.woff2"]);
  const packed = readFileSync(join(folder, "assets", "a.js.br"));
  assert.equal(bytes, packed.length);
  assert.equal(brotliDecompressSync(packed).toString(), script);
  assert.equal(gunzipSync(readFileSync(join(folder, "assets", "a.js.gz"))).toString(), script);
});
