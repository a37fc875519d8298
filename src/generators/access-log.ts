import type { Draw } from "./draw.ts";
import type { Generator } from "./generator.ts";

/**
 * Lines of a web server's access log in the combined format. As in real ones, fields are `-` where nobody said anything,
 * quotes in an agent's name stand behind a backslash, and somebody always speaks TLS to the wrong port.
 */
export const accessLog: Generator = {
  name: "access-log",
  summary: "Line of a web server's access log, combined format (about 190 bytes).",
  intervalMs: 50,
  event: (draw, atMs) => Buffer.from(line(draw, atMs)),
};

const PAGES: readonly [string, ...string[]] = [
  "/",
  "/",
  "/index.html",
  "/search?q=red+shoes&page=2",
  "/products/4711",
  "/cart",
  "/images/logo.svg",
  "/api/v2/orders",
];
const REFERERS: readonly [string, ...string[]] = [
  "-",
  "-",
  "https://www.example.com/",
  "https://search.example.org/?q=a%22b",
];
const AGENTS: readonly [string, ...string[]] = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.117 Safari/537.36",
  "Mozilla/5.0 (iPhone; CPU iPhone OS 13_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
  'Mozilla/5.0 (compatible; \\"Indexer\\"/2.1; +https://search.example.org/bot)',
  "curl/7.68.0",
];

function line(draw: Draw, atMs: number): string {
  const who = `203.0.113.${draw.whole(1, 254)} - ${draw.chance(0.1) ? draw.pick(["ada", "grace", "linus"]) : "-"}`;
  if (draw.chance(0.005)) return `${who} [${time(atMs)}] "\\x16\\x03\\x01\\x02" 400 226 "-" "-"`;
  const [status, bytes] = answer(draw);
  const request = `${draw.pick(["GET", "GET", "GET", "HEAD", "POST"])} ${draw.pick(PAGES)} HTTP/1.1`;
  return `${who} [${time(atMs)}] "${request}" ${status} ${bytes} "${draw.pick(REFERERS)}" "${draw.pick(AGENTS)}"`;
}

/** Status, and bytes of the body: none where nothing has changed. */
function answer(draw: Draw): readonly [number, number | "-"] {
  if (draw.chance(0.1)) return [304, "-"];
  if (draw.chance(0.04)) return [404, 162];
  if (draw.chance(0.01)) return [500, 0];
  return [200, draw.whole(400, 60_000)];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `20/Jan/2020:08:00:00 +0000` */
function time(atMs: number): string {
  const [day = "", clock = ""] = new Date(atMs).toISOString().split("T");
  const [year, month, date] = day.split("-");
  return `${date}/${MONTHS[Number(month) - 1]}/${year}:${clock.slice(0, 8)} +0000`;
}
