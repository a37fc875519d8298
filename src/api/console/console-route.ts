import { hash } from "node:crypto";
import { posix } from "node:path";
import { type Disk, DiskError } from "../../std/disk.ts";
import type { HttpAnswer, HttpRequest, RequestHead, Route } from "../protocol/http.ts";
import { acceptedEncodings, type ServedEncoding } from "./accepted-encodings.ts";
import { NOT_BUILT_PAGE } from "./not-built-page.ts";

export interface ConsoleRouteOptions {
  readonly disk: Disk;
  /** Absolute path of what `npm run build:console` made; need not exist. */
  readonly directory: string;
}

/** Two letters: no bucket can have that name, so nothing of the S3 door is hidden behind the console. */
const BASE = "/ui";

/** Made by the build under names that change with their content. */
const ASSET = /^\/ui\/assets\/([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+)$/;

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

/** Nothing but what this server sends: no script in a page, no request to anybody else, no frame around it. */
const SECURITY = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/**
 * The web console: static files, the same for everybody, so nobody has to prove who they are to load them; what they show
 * comes from the admin API, which asks. `/` and every page below `/ui` is the one HTML file, in which the console finds its
 * page by the address. Files are read when they are asked for: most servers are looked at for minutes a day, and the
 * system's page cache holds what is read often.
 */
export function consoleRoute(options: ConsoleRouteOptions): Route {
  return {
    name: "console",
    matches: ({ method, path }) =>
      (method === "GET" || method === "HEAD") && (path === "/" || path === BASE || path.startsWith(`${BASE}/`)),
    handle: (request) => serve(options, request),
    refuse: ({ message }) => plain(400, message),
  };
}

async function serve({ disk, directory }: ConsoleRouteOptions, request: HttpRequest): Promise<HttpAnswer> {
  const asset = ASSET.exec(request.path)?.[1];
  if (asset !== undefined) {
    const found = await readPacked(disk, posix.join(directory, "assets", asset), request);
    if (found === undefined) return plain(404, `There is no file ${request.path}`);
    return fileAnswer(request, found, asset, "public, max-age=31536000, immutable");
  }
  if (!wantsPage(request)) return plain(404, `There is no file ${request.path.slice(0, 256)}`);
  const page = await readPacked(disk, posix.join(directory, "index.html"), request);
  if (page === undefined)
    return fileAnswer(request, { bytes: Buffer.from(NOT_BUILT_PAGE) }, "not-built.html", "no-store");
  return fileAnswer(request, page, "index.html", "no-cache");
}

/** A browser that opens an address says so; a script or an image that is missing must not be answered with a page. */
function wantsPage({ path, headers }: RequestHead): boolean {
  return path === "/" || (headers.accept ?? "").includes("text/html");
}

interface FoundFile {
  readonly bytes: Buffer;
  readonly encoding?: ServedEncoding;
}

/** The smallest form that the client takes, as far as the build made it. */
async function readPacked(disk: Disk, path: string, request: HttpRequest): Promise<FoundFile | undefined> {
  for (const encoding of acceptedEncodings(String(request.headers["accept-encoding"] ?? ""))) {
    const bytes = await readWhole(disk, `${path}.${encoding === "br" ? "br" : "gz"}`);
    if (bytes !== undefined) return { bytes, encoding };
  }
  const bytes = await readWhole(disk, path);
  return bytes === undefined ? undefined : { bytes };
}

async function readWhole(disk: Disk, path: string): Promise<Buffer | undefined> {
  try {
    await using file = await openFile(disk, path);
    const bytes = Buffer.alloc(await file.size());
    return bytes.subarray(0, await file.read(bytes, 0));
  } catch (error) {
    if (error instanceof DiskError && error.code === "ENOENT") return undefined;
    throw error;
  }
}

async function openFile(disk: Disk, path: string) {
  const file = await disk.open(path, "read");
  return {
    size: () => file.size(),
    read: (target: Uint8Array, position: number) => file.read(target, position),
    [Symbol.asyncDispose]: () => file.close(),
  };
}

function fileAnswer(request: HttpRequest, { bytes, encoding }: FoundFile, name: string, caching: string): HttpAnswer {
  const etag = `"${hash("sha256", bytes, "base64url").slice(0, 22)}"`;
  const headers = {
    ...SECURITY,
    "content-type": MEDIA_TYPES[posix.extname(name)] ?? "application/octet-stream",
    "cache-control": caching,
    vary: "accept-encoding",
    etag,
    ...(encoding !== undefined && { "content-encoding": encoding }),
  };
  const known = request.headers["if-none-match"]?.split(",").some((tag) => tag.trim() === etag);
  return known === true ? { status: 304, headers, body: "" } : { status: 200, headers, body: bytes };
}

function plain(status: number, message: string): HttpAnswer {
  return { status, headers: { ...SECURITY, "content-type": "text/plain; charset=utf-8" }, body: `${message}\n` };
}
