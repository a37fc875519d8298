import assert from "node:assert/strict";
import { join, posix } from "node:path";
import { test } from "node:test";
import { buildSite } from "./build-site.ts";

const ROOT = join(import.meta.dirname, "..", "..");

test("buildSite() has a page for every document, and each link leads to a page and a heading that are there", () => {
  const files = buildSite(ROOT);
  assert.ok(files.has("index.html") && files.has("guides/operating.html") && files.has("internals/guarantees.html"));
  const broken: string[] = [];
  let links = 0;
  for (const [path, text] of files) {
    if (!path.endsWith(".html")) continue;
    for (const [, href = ""] of text.matchAll(/<a [^>]*?href="([^"]*)"/g)) {
      if (/^https?:/.test(href)) continue;
      links++;
      const [file = "", anchor] = href.split("#");
      const target = file === "" ? path : posix.normalize(posix.join(posix.dirname(path), file));
      const page = files.get(target);
      if (page === undefined || (anchor !== undefined && !page.includes(`id="${anchor}"`)))
        broken.push(`${path}: ${href}`);
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(links > 1000, `${links} links were looked at`);
});

test("buildSite() loads nothing from elsewhere", () => {
  for (const [path, text] of buildSite(ROOT)) {
    if (path.endsWith(".html"))
      assert.doesNotMatch(text, /(src|href)="(https?:)?\/\/[^"]*\.(js|css|woff2?|png|svg)"|<img/, path);
    assert.doesNotMatch(path.endsWith(".css") ? text : "", /url\(|@import/);
  }
});

test("buildSite() gives the search each heading with its text, and nothing that ends a script", () => {
  const index = buildSite(ROOT).get("search-index.js") ?? "";
  assert.ok(!index.includes("<"));
  const entries = JSON.parse(index.slice("window.searchIndex = ".length, -2)) as [string, string, string, string][];
  const restoring = entries.find(([href]) => href === "guides/backup.html#restoring");
  assert.match(restoring?.[3] ?? "", /2\^40 offsets/);
});
