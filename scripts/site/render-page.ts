import { posix } from "node:path";
import { Marked, type Tokens } from "marked";

/** A page of the site: where it stands among the sources, what it is called, and what is in it. */
export interface Page {
  /** `docs/guides/sql.md` */
  readonly source: string;
  /** `guides/sql.html` */
  readonly path: string;
  readonly title: string;
  readonly html: string;
  readonly sections: readonly Section[];
}

/** A heading with the text below it: what a search finds. */
export interface Section {
  readonly id: string;
  readonly heading: string;
  readonly text: string;
}

/** `docs/guides/sql.md` is `guides/sql.html`; what lies at the top of the repository stays at the top, README is the start. */
export function pagePath(source: string): string {
  if (source === "README.md") return "index.html";
  return source.replace(/^docs\//, "").replace(/\.md$/, ".html");
}

/** As GitHub makes it, since the links of the sources are written for that. A second heading of the name gets `-1`. */
export function headingIds(): (heading: string) => string {
  const taken = new Map<string, number>();
  return (heading) => {
    const id = heading
      .toLowerCase()
      .replace(/<[^>]+>/g, "")
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replace(/\s/g, "-");
    const count = taken.get(id) ?? 0;
    taken.set(id, count + 1);
    return count === 0 ? id : `${id}-${count}`;
  };
}

/** Markdown of the repository as a page. `sources`: what else becomes a page; links to anything else are left as text. */
export function renderPage(source: string, markdown: string, sources: ReadonlySet<string>): Page {
  const idOf = headingIds();
  const path = pagePath(source);
  const sections: { id: string; heading: string; text: string }[] = [{ id: "", heading: "", text: "" }];
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth, text }: Tokens.Heading) {
        const id = idOf(plain(text));
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        const text = this.parser.parseInline(tokens);
        const target = linkTarget(source, path, href, sources);
        return target === undefined ? text : `<a href="${escapeHtml(target)}">${text}</a>`;
      },
      // Nothing of the sources is HTML that a page needs, and nothing is loaded from elsewhere.
      html: ({ text }: Tokens.HTML | Tokens.Tag) => escapeHtml(text),
      image: ({ text }: Tokens.Image) => escapeHtml(text),
      table(token: Tokens.Table) {
        return `<div class="table">${tableHtml(token, (tokens) => this.parser.parseInline(tokens))}</div>\n`;
      },
    },
  });
  const sectionId = headingIds();
  for (const token of marked.lexer(markdown)) {
    if (token.type === "heading") {
      const heading = plain(String(token.text));
      sections.push({ id: sectionId(heading), heading, text: "" });
    } else if (token.type !== "space") {
      const section = sections.at(-1);
      if (section !== undefined) section.text += ` ${plain(token.raw)}`;
    }
  }
  const title = sections.find(({ heading }) => heading !== "")?.heading ?? source;
  const html = marked.parse(markdown, { async: false });
  return { source, path, title, html, sections: sections.filter(({ heading, text }) => heading !== "" || text !== "") };
}

function tableHtml({ header, rows }: Tokens.Table, inline: (tokens: Tokens.TableCell["tokens"]) => string): string {
  const cells = (row: readonly Tokens.TableCell[], tag: string) =>
    `<tr>${row.map(({ tokens }) => `<${tag}>${inline(tokens)}</${tag}>`).join("")}</tr>`;
  return `<table><thead>${cells(header, "th")}</thead><tbody>${rows.map((row) => cells(row, "td")).join("")}</tbody></table>`;
}

/** Where a link of a source leads on the site. `undefined`: to a file that is no page. */
function linkTarget(source: string, path: string, href: string, sources: ReadonlySet<string>): string | undefined {
  if (href.startsWith("#") || /^https?:/.test(href)) return href;
  const [file = "", anchor] = href.split("#");
  const target = posix.normalize(posix.join(posix.dirname(source), file));
  if (!sources.has(target)) return undefined;
  const relative = posix.relative(posix.dirname(path), pagePath(target));
  return anchor === undefined ? relative : `${relative}#${anchor}`;
}

/** Text of Markdown without its signs, for titles and the index of the search. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[`*|]/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
