import { gunzipSync } from "node:zlib";
import { receiveEventsRoute } from "../../src/api/http/cloud-events/receive-events.ts";
import { receiveDeliveryRoute } from "../../src/api/http/firehose/receive-delivery.ts";
import type { HookDefinition } from "../../src/api/http/hooks/hook-definition.ts";
import { receiveHookRoute } from "../../src/api/http/hooks/receive-hook.ts";
import { putRecordsRoute } from "../../src/api/http/put-records.ts";
import { Authenticator, type BearerToken } from "../../src/api/protocol/authenticator.ts";
import type { BodyOptions, HttpAnswer, HttpRequest } from "../../src/api/protocol/http.ts";
import { RefusedError } from "../../src/api/protocol/http.ts";
import { silentTelemetry } from "../../src/telemetry/telemetry.ts";
import { FakeStreams } from "./fake-streams.ts";
import { PretendClock } from "./pretend-clock.ts";

export interface DoorWorldOptions {
  readonly nowMs?: number;
  readonly tokens?: readonly BearerToken[];
  readonly hooks?: readonly HookDefinition[];
  readonly recordBytes?: number;
}

export interface DoorCall {
  readonly method?: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Every door of plain HTTP before streams that remember what came, without a listener around them. */
export class DoorWorld {
  readonly streams = new FakeStreams();
  /** Whether anybody has asked for the body of the last call. */
  bodyRead = false;
  readonly #routes;

  constructor({ nowMs, tokens = [], hooks = [], recordBytes = 1_024_000 }: DoorWorldOptions = {}) {
    this.streams.add("clicks");
    const clock = new PretendClock(nowMs);
    const authenticator = new Authenticator({ clock, tokens });
    const limits = { recordBytes, batchBytes: 4 * 1024 * 1024, batchRecords: 500 };
    const shared = { authenticator, clock, telemetry: silentTelemetry, streams: this.streams, limits };
    this.#routes = [
      putRecordsRoute(shared),
      receiveDeliveryRoute(shared),
      receiveEventsRoute(shared),
      receiveHookRoute({ ...shared, hooks }),
    ];
  }

  async call(call: DoorCall): Promise<HttpAnswer & { readonly json: unknown }> {
    this.bodyRead = false;
    const request = this.#requestOf(call);
    const route = this.#routes.find((one) => one.matches(request));
    if (route === undefined) throw new Error(`no door is at ${call.path}`);
    const answer = await route.handle(request);
    const text = String(answer.body);
    return { ...answer, json: text === "" ? undefined : JSON.parse(text) };
  }

  #requestOf({ method = "POST", path, headers = {}, body = "" }: DoorCall): HttpRequest {
    const [place = "", query = ""] = path.split("?");
    const bytes = Buffer.from(body);
    return {
      id: "request-1",
      address: "127.0.0.1",
      method,
      path: place,
      query,
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      body: async (options = {}) => {
        this.bodyRead = true;
        return unpacked(bytes, headers["content-encoding"], options);
      },
      stream: () => {
        throw new Error("no door of records streams");
      },
      signal: new AbortController().signal,
    };
  }
}

function unpacked(bytes: Buffer, encoding: string | undefined, { decode, bytesMax = 10_000_000 }: BodyOptions): Buffer {
  const body = decode === true && encoding === "gzip" ? gunzipSync(bytes) : bytes;
  if (body.length <= bytesMax) return body;
  throw new RefusedError("body-too-large", `Request bodies may have at most ${bytesMax} bytes, got ${body.length}`);
}

/** A token that may do everything. */
export function tokenOf(token: string): BearerToken {
  return { name: "producer", token, allow: [{ actions: ["*"], resources: ["*"] }] };
}

type RequiredHookParts = Pick<HookDefinition, "signature" | "secrets">;

export function hookOf(name: string, parts: RequiredHookParts & Partial<HookDefinition>): HookDefinition {
  return { stream: "clicks", description: "", toleranceSeconds: 300, record: "value", headers: [], ...parts, name };
}
