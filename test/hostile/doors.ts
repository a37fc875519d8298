import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Draw } from "../simulation/draw.ts";
import { chunked, type HostileRequest, requestBytes } from "./hostile-request.ts";
import { damagedBytes, mutatedBody } from "./mutate-json.ts";
import { MAIN_STREAM, validRequest } from "./valid-requests.ts";

/** A way in, and what comes through it next. */
export type Door = (draw: Draw) => HostileRequest;

type Header = readonly [name: string, value: string];

const AMZ_JSON = "application/x-amz-json-1.1";

/** Headers that mean something to somebody on the way. */
const STRANGE_HEADERS: readonly [Header, ...Header[]] = [
  ["Authorization", "AWS4-HMAC-SHA256 Credential=/////, SignedHeaders=, Signature="],
  ["Authorization", `AWS4-HMAC-SHA256 Credential=AK/20260101/${"x".repeat(200)}/firehose/aws4_request, Signature=0`],
  ["Authorization", "Bearer \xff\xfe"],
  ["X-Amz-Date", "not a date"],
  ["X-Amz-Content-Sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"],
  ["amz-sdk-invocation-id", "x".repeat(5000)],
  ["amz-sdk-invocation-id", "the same every time"],
  ["Content-Encoding", "gzip"],
  ["Content-Encoding", "br"],
  ["Expect", "100-continue"],
  ["X-Forwarded-For", "\t"],
  ["Upgrade", "h2c"],
  ["Range", "bytes=0-"],
  ["Accept-Encoding", "\x80"],
];

const TARGETS: readonly [string, ...string[]] = [
  "",
  "Firehose_20150804",
  "Firehose_20150804.",
  "Firehose_20150804.putrecord",
  "Firehose_20150804.__proto__",
  "Firehose_20150804.PutRecord.PutRecord",
  "DynamoDB_20120810.PutItem",
  "constructor",
  "\xff".repeat(300),
];

const TYPES: readonly [string, ...string[]] = [
  AMZ_JSON,
  "application/x-amz-json-1.0",
  "application/x-amz-cbor-1.1",
  "application/x-www-form-urlencoded",
  "text/plain",
  "multipart/form-data; boundary=x",
  "",
];

/** AWS JSON: all twelve operations, their targets and headers included, and the form protocol that shares the path. */
export const wireDoor: Door = (draw) => {
  const kind = draw.weighted({ body: 70, target: 8, headers: 10, form: 4, framing: 8 });
  if (kind === "form") return formRequest(draw);
  const { operation, body: valid } = validRequest(draw);
  const body = mutatedBody(draw, valid);
  const target: Header = ["X-Amz-Target", `Firehose_20150804.${operation}`];
  const forms = ["aws-json"] as const;
  const what = `${operation} with a mutated ${kind}`;
  if (kind === "framing") return misframed(draw, { what, headers: [["Content-Type", AMZ_JSON], target], body });
  if (kind === "target") {
    const method = draw.pick(["POST", "GET", "PUT", "DELETE", "PATCH", "OPTIONS"]);
    const path = draw.pick(["/", "//", "/?a=b", "/%00", "/../", "*", "/v1/streams/main/records", "http://other/"]);
    const headers: Header[] = [
      ["Content-Type", AMZ_JSON],
      ["X-Amz-Target", draw.pick(TARGETS)],
    ];
    return { what, forms, bytes: requestBytes({ method, path, headers, body }) };
  }
  const extra = kind === "headers" ? [draw.pick(STRANGE_HEADERS), draw.pick(STRANGE_HEADERS)] : [];
  const type = kind === "headers" ? draw.pick(TYPES) : AMZ_JSON;
  return { what, forms, bytes: requestBytes({ headers: [["Content-Type", type], target, ...extra], body }) };
};

function formRequest(draw: Draw): HostileRequest {
  const fields = draw.pick([
    "Action=GetCallerIdentity&Version=2011-06-15",
    "Action=",
    "Action=__proto__",
    "%",
    "a=b&".repeat(5000),
  ]);
  const body = draw.chance(0.5) ? Buffer.from(fields) : damagedBytes(draw, Buffer.from(fields));
  const headers: Header[] = [["Content-Type", "application/x-www-form-urlencoded"]];
  return { what: "a form", forms: ["aws-query"], bytes: requestBytes({ headers, body }) };
}

/** Bodies whose length is another than what was said, or whose chunks are none. */
function misframed(draw: Draw, { what, headers, body }: { what: string; headers: readonly Header[]; body: Buffer }) {
  const forms = ["aws-json", "json", "bare"] as const;
  const send = (more: Header, bytes: Buffer, half: boolean): HostileRequest => {
    const request = requestBytes({ headers: [...headers, more], body: bytes });
    return { what: `${what} (${more.join(": ").slice(0, 60)})`, forms, bytes: request, half };
  };
  const coded: Header = ["Transfer-Encoding", "chunked"];
  switch (draw.weighted({ chunks: 3, longer: 1, huge: 1, negative: 1, badChunks: 2, endless: 1, cut: 1 })) {
    case "chunks":
      return send(coded, chunked(body, draw.pick([1000, 64, 65_536])), false);
    case "longer":
      return send(["Content-Length", String(body.length + 10)], body, true);
    case "huge":
      return send(["Content-Length", draw.pick(["99999999999", "18446744073709551616", "1e9"])], body, true);
    case "negative":
      return send(["Content-Length", draw.pick(["-1", "0x10", "1, 2", "+5", ""])], body, true);
    case "badChunks":
      return send(coded, damagedBytes(draw, chunked(body.subarray(0, 1000), 100)), true);
    case "endless":
      return send(coded, Buffer.from(`${"f".repeat(20)}\r\n`), true);
    case "cut":
      return { what: `${what}, cut`, forms, half: true, bytes: damagedBytes(draw, requestBytes({ headers, body })) };
  }
}

const BOMBS: readonly [Header, Buffer][] = [
  [["Content-Encoding", "gzip"], gzipSync(Buffer.alloc(40_000_000))],
  [["Content-Encoding", "zstd"], zstdCompressSync(Buffer.alloc(40_000_000))],
  [["Content-Encoding", "gzip"], gzipSync(gzipSync(Buffer.alloc(40_000_000)))],
];

/** Plain ingest: lines and single records, packed and not, and packed data that is not what it says. */
export const ingestDoor: Door = (draw) => {
  const name = draw.chance(0.8)
    ? MAIN_STREAM
    : draw.pick(["..", "%2e%2e", "%00", "__proto__", "%", "a".repeat(3000), "%C3%A9", "%ff"]);
  const path = `/v1/streams/${name}/records`;
  const text = Buffer.from(Array.from({ length: draw.between(0, 20) }, (_, line) => `{"line":${line}}\n`).join(""));
  const plain = draw.chance(0.5) ? text : damagedBytes(draw, text);
  const type: Header = [
    "Content-Type",
    draw.pick(["application/x-ndjson", "application/ndjson; charset=utf-16", "text/plain", "", "\xff"]),
  ];
  const request = (what: string, headers: readonly Header[], body: Buffer): HostileRequest => {
    const method = draw.chance(0.95) ? "POST" : draw.pick(["GET", "PUT", "DELETE", "HEAD"]);
    const bodiless = method === "HEAD";
    const bytes = requestBytes({ method, path, headers: [type, ...headers], body });
    return { what: `ingest of ${what} into ${name.slice(0, 20)}`, forms: ["json"], bytes, bodiless };
  };
  switch (draw.weighted({ plain: 6, packed: 4, corrupt: 6, bomb: 1, key: 2, lying: 2, framing: 2 })) {
    case "plain":
      return request("text", [], plain);
    case "packed":
      return request("packed text", ...packed(draw, text));
    case "corrupt": {
      const [headers, body] = packed(draw, text);
      return request("broken packed text", headers, damagedBytes(draw, body));
    }
    case "bomb": {
      const [header, body] = BOMBS[draw.between(0, BOMBS.length - 1)] ?? [["X", "x"], text];
      return request("a bomb", [header], body);
    }
    case "key":
      return request("text under a key", [["Idempotency-Key", draw.pick(["k", "k".repeat(256), "\xff", " "])]], plain);
    case "lying":
      return request(
        "text that calls itself packed",
        [["Content-Encoding", draw.pick(["gzip", "zstd", "deflate", "gzip, gzip", "\xff"])]],
        plain,
      );
    case "framing": {
      const { bytes, half = false } = misframed(draw, { what: "", headers: [type], body: plain });
      const moved = Buffer.concat([Buffer.from(`POST ${path}`, "latin1"), bytes.subarray("POST /".length)]);
      return { what: "ingest, misframed", forms: ["json", "bare"], bytes: moved, half };
    }
  }
};

function packed(draw: Draw, text: Buffer): [readonly Header[], Buffer] {
  return draw.chance(0.5)
    ? [[["Content-Encoding", "gzip"]], gzipSync(text)]
    : [[["Content-Encoding", "zstd"]], zstdCompressSync(text)];
}

const ADMIN_PATHS: readonly [string, ...string[]] = [
  "/api/streams",
  "/api/streams/main",
  "/api/streams/main/extensions",
  "/api/streams/side-1/extensions",
  "/api/streams/main/log",
  "/api/streams/main/log?limit=1e9",
  "/api/streams/main/log?limit=NaN&logStream=..%2F..%2F..%2Fetc%2Fpasswd",
  `/api/streams/main/log?logStream=${"%C3%A9".repeat(300)}`,
  `/api/streams/main/log?logStream=${"a".repeat(5000)}`,
  "/api/streams/main/log?logStream=%00",
  "/api/streams/main/log?logStream=%ED%A0%80",
  "/api/streams/..%2F..%2Fmeta",
  "/api/streams/%00/log",
  "/api/streams/%/log",
  "/api/streams/%E0%A4/extensions",
  "/api/streams/__proto__",
  "/api/streams/constructor/log",
  "/api/streams/nothing/flush",
  "/api/session",
  "/api/session/oidc?returnTo=//evil.example",
  "/api/session/oidc/callback?state=%00&code=%FF",
  "/api/session/../streams",
  "/api/audit?limit=1e9",
  "/api/audit?before=-1&who=%00",
  "/api/",
  "/api//",
  "/api/../metrics",
  "/metrics",
  "/healthz",
  "/readyz",
  "/nothing",
];

const SETTINGS: readonly [object, ...object[]] = [
  { "roll-size": "5MiB", "roll-age": "15m", "roll-at": "08:30 Europe/London" },
  { budget: "20GB", retention: "7d", "rate-records": "100000000", compression: "zstd", "compression-level": "3" },
];

/** The admin API and the probes beside it. */
export const adminDoor: Door = (draw) => {
  const method = draw.weighted({ GET: 5, PUT: 6, POST: 1, DELETE: 1, HEAD: 1 });
  const path =
    method === "PUT"
      ? draw.pick([
          "/api/streams/side-1/extensions",
          "/api/streams/side-2/extensions?version=x",
          draw.pick(ADMIN_PATHS),
        ])
      : method === "DELETE"
        ? sparingMain(adminPath(draw))
        : adminPath(draw);
  const body = draw.chance(0.8) ? mutatedBody(draw, draw.pick(SETTINGS)) : draw.random.bytes(draw.between(0, 100));
  const extra = draw.chance(0.2) ? [draw.pick(STRANGE_HEADERS)] : [];
  const bytes = requestBytes({ method, path, headers: [["Content-Type", "application/json"], ...extra], body });
  return {
    what: `${method} ${path.slice(0, 80)}`,
    forms: ["json", "text", "bare", "s3"],
    bytes,
    bodiless: method === "HEAD",
  };
};

/** A good record goes there after each round, and to be deleted is no harm that a request could do by accident. */
function sparingMain(path: string): string {
  return path.replace(/^\/api\/streams\/main(?=$|\?)/, "/api/streams/side-9");
}

/** The paths as they are, or with a wound. Bytes that end a request line are left to the listener's own tests. */
function adminPath(draw: Draw): string {
  const path = draw.pick(ADMIN_PATHS);
  if (draw.chance(0.7)) return path;
  const damaged = damagedBytes(draw, Buffer.from(path, "latin1")).toString("latin1");
  return `/api/${damaged.replace(/[^!-~]/g, "%ff").slice(0, 4000)}`;
}
