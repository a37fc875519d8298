// Theme and search of the documentation. Runs before the page is painted, so that a dark page never flashes light.
const THEME = "lakehose-docs-theme";
const RESULTS_MAX = 20;

const kept = localStorage.getItem(THEME);
if (kept !== null) document.documentElement.dataset.theme = kept;

/** Sections that hold all words, headings and titles before text. */
function search(words) {
  const found = [];
  for (const [href, title, heading, text] of window.searchIndex) {
    let score = 0;
    for (const word of words) {
      if (heading.toLowerCase().includes(word)) score += 5;
      else if (title.toLowerCase().includes(word)) score += 3;
      else if (text.toLowerCase().includes(word)) score += 1;
      else score = Number.NEGATIVE_INFINITY;
    }
    if (score > 0) found.push({ href, title, heading, text, score });
  }
  return found.sort((one, other) => other.score - one.score).slice(0, RESULTS_MAX);
}

function excerpt(text, word) {
  const at = Math.max(0, text.toLowerCase().indexOf(word) - 60);
  return `${at > 0 ? "…" : ""}${text.slice(at, at + 160)}`;
}

function resultItem({ href, title, heading, text }, words) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = document.body.dataset.root + href;
  link.textContent = heading === "" || heading === title ? title : `${title} · ${heading}`;
  const small = document.createElement("small");
  small.textContent = excerpt(text, words[0]);
  link.append(small);
  item.append(link);
  return item;
}

document.addEventListener("DOMContentLoaded", () => {
  const field = document.getElementById("search");
  const results = document.getElementById("results");
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = words.length === 0 ? [] : search(words);
    results.replaceChildren(...found.map((one) => resultItem(one, words)));
    results.hidden = found.length === 0;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") results.querySelector("a")?.click();
    if (event.key === "Escape") results.hidden = true;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || document.activeElement === field) return;
    event.preventDefault();
    field.focus();
  });
  document.getElementById("theme").addEventListener("click", () => {
    const isDark =
      getComputedStyle(document.documentElement).colorScheme === "light dark"
        ? matchMedia("(prefers-color-scheme: dark)").matches
        : document.documentElement.dataset.theme === "dark";
    const theme = isDark ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(THEME, theme);
  });
});
