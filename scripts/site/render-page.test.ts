import assert from "node:assert/strict";
import { test } from "node:test";
import { headingIds, renderPage } from "./render-page.ts";

const SOURCES = new Set(["README.md", "docs/guides/a.md", "docs/reference/b.md"]);
const html = (markdown: string) => renderPage("docs/guides/a.md", markdown, SOURCES).html;

test("renderPage() leads links between sources to pages, and leaves links to other files as text", () => {
  assert.match(html("[b](../reference/b.md#x)"), /<a href="\.\.\/reference\/b\.html#x">b<\/a>/);
  assert.match(html("[start](../../README.md)"), /<a href="\.\.\/index\.html">start<\/a>/);
  assert.match(html("[code](../../src/x.ts)"), /<p>code<\/p>/);
  assert.match(html("[out](https://example.net/)"), /<a href="https:\/\/example\.net\/">out<\/a>/);
});

test("renderPage() shows HTML as text and loads no picture", () => {
  const made = html(
    'a <script>alert(1)</script> b\n\n<img src="https://example.net/x.png">\n\n![pic](https://example.net/y.png)',
  );
  assert.doesNotMatch(made, /<script|<img/);
  assert.match(made, /&lt;script&gt;/);
});

test("headingIds() are GitHub's", () => {
  const idOf = headingIds();
  assert.equal(idOf("What is there, and what is not yet"), "what-is-there-and-what-is-not-yet");
  assert.equal(idOf("H21: `fdatasync` fails"), "h21-fdatasync-fails");
  assert.equal(idOf("Again"), "again");
  assert.equal(idOf("Again"), "again-1");
});

test("renderPage() finds title and sections", () => {
  const { title, sections } = renderPage(
    "docs/guides/a.md",
    "# The *title*\n\nfirst\n\n## Second\n\n| a | b |\n| - | - |\n| c | d |\n",
    SOURCES,
  );
  assert.equal(title, "The title");
  assert.deepEqual(
    sections.map(({ id, text }) => [id, text.includes("c") || text]),
    [
      ["the-title", " first"],
      ["second", true],
    ],
  );
});
