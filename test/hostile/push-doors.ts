import { createHmac } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Draw } from "../simulation/draw.ts";
import type { Door } from "./doors.ts";
import { type HostileRequest, requestBytes } from "./hostile-request.ts";
import { damagedBytes, mutatedBody } from "./mutate-json.ts";
import { MAIN_STREAM } from "./valid-requests.ts";

type Header = readonly [name: string, value: string];

/** The hook that the hostile server has. */
export const HOSTILE_HOOK = {
  stream: MAIN_STREAM,
  signature: { header: "X-Signature", prefix: "v1=" },
  secrets: ["hostile"],
  id: { field: "event.id" },
  record: "envelope",
  headers: ["X-Topic"],
} as const;

const REQUEST_ID = "ed4acda5-034f-9f42-bba1-f29aea6d7d8f";

/** Large once unpacked: more than 64 MiB, or more members than memory has room for. */
const BOMBS: readonly [Buffer, ...Buffer[]] = [
  gzipSync(Buffer.alloc(80_000_000)),
  gzipSync(Buffer.from(`[${"{},".repeat(8_000_000)}{}]`)),
  gzipSync(Buffer.from(`{"records":[${"{},".repeat(5_000_000)}{}]}`)),
  gzipSync(Buffer.from(`{${'"a":1,'.repeat(5_000_000)}"b":1}`)),
  gzipSync(Buffer.from(`{"records":[{${'"a":1,'.repeat(5_000_000)}"b":1}]}`)),
];

/** What is pushed: deliveries of Firehose, CloudEvents and webhooks, each nearly right. */
export const pushDoor: Door = (draw) => {
  switch (draw.weighted({ deliveries: 4, events: 4, hooks: 3 })) {
    case "deliveries":
      return deliveryRequest(draw);
    case "events":
      return eventRequest(draw);
    case "hooks":
      return hookRequest(draw);
  }
};

function deliveryRequest(draw: Draw): HostileRequest {
  const records = Array.from({ length: draw.between(0, 5) }, () => ({
    data: draw.random.bytes(draw.between(0, 60)).toString("base64"),
  }));
  const valid = { requestId: REQUEST_ID, timestamp: 1_769_855_400_000, records };
  const headers: Header[] = [
    ["X-Amz-Firehose-Protocol-Version", rarely(draw, "1.0", ["", "1", "2.0", "\xff"])],
    ["X-Amz-Firehose-Request-Id", rarely(draw, REQUEST_ID, ["", " ", "x".repeat(5000), "\xff"])],
    ["X-Amz-Firehose-Source-Arn", rarely(draw, "arn:aws:firehose:::deliverystream/x", ["", "\t", "x".repeat(5000)])],
    ["X-Amz-Firehose-Access-Key", rarely(draw, "", ["\xff", "x".repeat(5000)])],
    [
      "X-Amz-Firehose-Common-Attributes",
      rarely(draw, '{"commonAttributes":{"a":"b"}}', [
        "{",
        "[]",
        '{"commonAttributes":{"__proto__":"x","constructor":"y"}}',
        '{"commonAttributes":{"a":{}}}',
        `{"commonAttributes":${"[".repeat(3000)}`,
        "\xc3\x28",
      ]),
    ],
  ];
  const query = draw.pick(["", "?record=envelope", "?record=value", "?record=%ff", "?record", "?=&&"]);
  return request(draw, "delivery", `/v1/streams/${streamName(draw)}/firehose${query}`, headers, packed(draw, valid), [
    "delivery",
  ]);
}

function eventRequest(draw: Draw): HostileRequest {
  const path = `/v1/streams/${streamName(draw)}/events`;
  const event = { specversion: "1.0", id: String(draw.between(1, 50)), source: "/s", type: "t", ext: 1, data: [1] };
  const type = draw.pick([
    "application/cloudevents+json",
    "application/cloudevents-batch+json",
    "application/cloudevents+xml",
    "application/cloudevents+json; charset=\xff",
    "application/json",
    "text/plain",
    "",
  ]);
  const valid = type.includes("batch") ? Array.from({ length: draw.between(1, 5) }, () => event) : event;
  const attributes: Header[] = Object.entries(event).map(([name, value]) => [
    `ce-${name}`,
    rarely(draw, String(value), ["", "%", "%zz", "%ff%fe", '"', '"\\"', "\xff", "x".repeat(3000), "%00"]),
  ]);
  const binary = type.includes("cloudevents") ? [] : attributes;
  const asked: Header[] = draw.chance(0.1) ? [["WebHook-Request-Origin", draw.pick(["x", "\xff", "*"])]] : [];
  return request(draw, "event", path, [["Content-Type", type], ...binary, ...asked], packed(draw, valid), ["json"]);
}

function hookRequest(draw: Draw): HostileRequest {
  const name = draw.chance(0.9) ? "hostile" : draw.pick(["", "__proto__", "%00", "..", "x".repeat(3000)]);
  const [more, body] = packed(draw, { event: { id: draw.between(1, 50) }, n: 1 });
  const signature = createHmac("sha256", "hostile").update(body).digest("hex");
  const shown = rarely(draw, `v1=${signature}`, ["", "v1=", `v1=${signature}00`, signature, "\xff", "v1=\xff"]);
  const headers: Header[] = [
    ["X-Signature", shown],
    ["X-Topic", rarely(draw, "t", ["\xff", "\t", "x".repeat(3000)])],
  ];
  return request(draw, "hook", `/hooks/${name}`, headers, [more, body], ["json"]);
}

type PackedBody = readonly [headers: readonly Header[], body: Buffer];

/** Most often one of the valid bodies with a wound. */
function packed(draw: Draw, valid: object): PackedBody {
  const body = draw.chance(0.2) ? Buffer.from(JSON.stringify(valid)) : mutatedBody(draw, valid);
  const coded: readonly Header[] = [["Content-Encoding", "gzip"]];
  switch (draw.weighted({ plain: 70, packed: 15, broken: 6, lying: 6, bomb: 4 })) {
    case "plain":
      return [[], body];
    case "packed":
      return [coded, gzipSync(body)];
    case "broken":
      return [coded, damagedBytes(draw, gzipSync(body))];
    case "lying":
      return [[["Content-Encoding", draw.pick(["gzip", "br", "gzip, gzip", "zstd", "\xff"])]], body];
    case "bomb":
      return [coded, draw.pick(BOMBS)];
  }
}

function request(
  draw: Draw,
  what: string,
  path: string,
  headers: readonly Header[],
  [more, body]: PackedBody,
  forms: HostileRequest["forms"],
): HostileRequest {
  const method = draw.chance(0.95) ? "POST" : draw.pick(["GET", "PUT", "DELETE", "OPTIONS", "HEAD"]);
  const bytes = requestBytes({ method, path, headers: [...headers, ...more], body });
  const bodiless = method === "HEAD";
  // The handshake of OPTIONS has no body, and so no form.
  return { what: `${what} by ${method}`, forms: method === "OPTIONS" ? [...forms, "bare"] : forms, bytes, bodiless };
}

function streamName(draw: Draw): string {
  return draw.chance(0.9) ? MAIN_STREAM : draw.pick(["", "..", "%00", "__proto__", "a".repeat(3000), "%ff"]);
}

function rarely(draw: Draw, usual: string, strange: readonly [string, ...string[]]): string {
  return draw.chance(0.9) ? usual : draw.pick(strange);
}
