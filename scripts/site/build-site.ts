import { globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { escapeHtml, type Page, renderPage } from "./render-page.ts";

/** Folders of docs/ in the order of the menu, and what they are called there. */
const CHAPTERS: readonly (readonly [string, string])[] = [
  ["", "Start"],
  ["guides", "Guides"],
  ["reference", "Reference"],
  ["internals", "Internals"],
  ["decisions", "Decisions"],
];

const TOP = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

/** All files of the site by path: a page for each Markdown file, the index of the search, and what pages share. */
export function buildSite(root: string): ReadonlyMap<string, string> {
  const pages = renderPages(root);
  const files = new Map<string, string>();
  for (const page of pages) files.set(page.path, documentOf(page, pages));
  files.set("search-index.js", `window.searchIndex = ${searchIndex(pages)};\n`);
  for (const name of ["site.css", "site.js"]) {
    files.set(name, readFileSync(join(import.meta.dirname, "assets", name), "utf8"));
  }
  return files;
}

export function renderPages(root: string): readonly Page[] {
  const sources = [...TOP, ...globSync("docs/**/*.md", { cwd: root }).sort()];
  const known = new Set(sources);
  return sources.map((source) => renderPage(source, readFileSync(join(root, source), "utf8"), known));
}

function searchIndex(pages: readonly Page[]): string {
  const entries = pages.flatMap(({ path, title, sections }) =>
    sections.map(({ id, heading, text }) => [id === "" ? path : `${path}#${id}`, title, heading, text]),
  );
  // A script in a page must not be ended by what a page says.
  return JSON.stringify(entries).replaceAll("<", "\\u003c");
}

function documentOf(page: Page, pages: readonly Page[]): string {
  const up = posix.relative(posix.dirname(page.path), ".") || ".";
  const title = page.path === "index.html" ? "Lakehose" : `${page.title} · Lakehose`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self'; script-src 'self'">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="${up}/site.css">
<script src="${up}/site.js"></script>
</head>
<body data-root="${up}/">
<header>
<a class="home" href="${up}/index.html">Lakehose</a>
<input id="search" type="search" placeholder="Search" aria-label="Search" autocomplete="off">
<button id="theme" type="button" aria-label="Light or dark">◐</button>
<ol id="results" hidden></ol>
</header>
<div class="columns">
<nav aria-label="Pages">${menuOf(page, pages)}</nav>
<main>${page.html}</main>
</div>
<script src="${up}/search-index.js"></script>
</body>
</html>
`;
}

function menuOf(current: Page, pages: readonly Page[]): string {
  return CHAPTERS.map(([folder, name]) => {
    const links = pages
      .filter(({ path }) => (path.includes("/") ? posix.dirname(path) : "") === folder)
      .map(({ path, title }) => {
        const href = posix.relative(posix.dirname(current.path), path);
        return `<li><a href="${href}"${path === current.path ? ' aria-current="page"' : ""}>${escapeHtml(title)}</a></li>`;
      });
    // Decisions are many and read one by one.
    const open = folder !== "decisions" || current.path.startsWith("decisions/");
    return `<details${open ? " open" : ""}><summary>${name}</summary><ul>${links.join("")}</ul></details>`;
  }).join("");
}
