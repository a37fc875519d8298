import type { DestinationDependencies } from "../destination-type.ts";
import { type HttpAnswer, HttpClient, placeOf } from "../http-client/http-client.ts";
import { destinationSecret, secretMember } from "../http-client/http-reach.ts";
import { hecAnswer, hecError, hecFailure, LOG_CODES } from "./hec-failure.ts";
import type { SplunkOptions } from "./splunk-options.ts";

/**
 * One data channel of an HTTP Event Collector, under an id that is chosen by chance when the destination is made.
 *
 *     POST /services/collector/event                        events, one behind another
 *     POST /services/collector/raw?channel=ID               text
 *     POST /services/collector/ack?channel=ID  {"acks":[0,1]}  =>  {"acks":{"0":true,"1":false}}
 *     GET  /services/collector/health
 *     Authorization: Splunk TOKEN
 *     X-Splunk-Request-Channel: ID
 *
 *     answer => { "text": string, "code": number, "ackId"?: number }
 *
 * The node that took a request is the only one that knows its ack id. Load balancers keep us with it by a cookie, so
 * cookies are sent back.
 */
export class HecChannel {
  readonly #options: SplunkOptions;
  readonly #dependencies: HecDependencies;
  readonly #client: HttpClient;
  readonly #id: string;
  readonly #cookies = new Map<string, string>();

  constructor(options: SplunkOptions, dependencies: HecDependencies) {
    const { secretOf, clock, random } = dependencies;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#client = new HttpClient({ reach: options, secretOf, clock, logCodes: LOG_CODES });
    this.#id = uuidOf(random.bytes(16));
  }

  /** The ack id, where acknowledgements are waited for. Throws unless Splunk has taken it. */
  async send(body: Buffer, signal: AbortSignal): Promise<number | undefined> {
    const { endpointType, acknowledgement, acknowledgementMs: timeoutMs } = this.#options;
    const raw = endpointType === "raw";
    const path = raw ? `raw?channel=${this.#id}` : "event";
    const type = raw ? "text/plain" : "application/json";
    const url = this.#urlOf(path);
    const headers = { ...this.#headers(), "Content-Type": type };
    const answer = await this.#client.request({ url, method: "POST", headers, body, timeoutMs, signal });
    this.#keepCookies(answer);
    const { code, ackId } = hecAnswer(answer) ?? {};
    if (answer.status !== 200 || code !== 0) throw hecFailure(answer, placeOf(url));
    if (acknowledgement === "none") return undefined;
    if (typeof ackId === "number") return ackId;
    throw hecError("no-ack-id", "Splunk.DisabledAck", `${placeOf(url)} took the request and gave no ackId`);
  }

  /** Those of the ack ids that are indexed. */
  async acknowledged(ackIds: readonly number[], signal: AbortSignal): Promise<ReadonlySet<number>> {
    const url = this.#urlOf(`ack?channel=${this.#id}`);
    const headers = { ...this.#headers(), "Content-Type": "application/json" };
    const body = JSON.stringify({ acks: ackIds });
    const answer = await this.#client.request({ url, method: "POST", headers, body, timeoutMs: ASK_MS_MAX, signal });
    const { acks } = hecAnswer(answer) ?? {};
    if (answer.status !== 200 || typeof acks !== "object" || acks === null) throw hecFailure(answer, placeOf(url));
    const known = acks as Readonly<Record<string, unknown>>;
    return new Set(ackIds.filter((id) => known[id] === true));
  }

  /** Throws where Splunk says that it takes nothing now; receivers without this question are taken to be well. */
  async checkHealth(signal: AbortSignal): Promise<void> {
    const url = this.#urlOf("health");
    const headers = this.#headers();
    const answer = await this.#client.request({ url, method: "GET", headers, timeoutMs: ASK_MS_MAX, signal });
    if (answer.status >= 500) throw hecFailure(answer, `The health of ${placeOf(url)}`);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #urlOf(path: string): string {
    const { endpoint } = this.#options;
    const base = this.#dependencies.endpointOf(endpoint) ?? endpoint;
    return `${base.replace(/\/+$/, "")}/services/collector/${path}`;
  }

  #headers(): Readonly<Record<string, string>> {
    const { token, tokenMember } = this.#options;
    const secret = destinationSecret(token, this.#dependencies.secretOf);
    const read = tokenMember === undefined ? secret : secretMember(secret, tokenMember);
    const cookies = Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join("; ");
    return {
      Authorization: `Splunk ${read}`,
      "X-Splunk-Request-Channel": this.#id,
      "User-Agent": "lakehose",
      ...(cookies === "" ? {} : { Cookie: cookies }),
    };
  }

  #keepCookies({ headers }: HttpAnswer): void {
    for (const cookie of [headers["set-cookie"] ?? []].flat()) {
      const [, name = "", value = ""] = /^\s*([^=;\s]+)=([^;]*)/.exec(cookie) ?? [];
      const fits = name !== "" && cookie.length <= COOKIE_LENGTH_MAX;
      if (fits && (this.#cookies.has(name) || this.#cookies.size < COOKIES_MAX)) this.#cookies.set(name, value.trim());
    }
  }
}

export type HecDependencies = Pick<DestinationDependencies, "secretOf" | "endpointOf" | "clock" | "random">;

/** Questions that carry no records. */
const ASK_MS_MAX = 30_000;

/** What a load balancer needs is one; more would be somebody's mistake. */
const COOKIES_MAX = 20;
const COOKIE_LENGTH_MAX = 4096;

/** A uuid of version 4. */
function uuidOf(bytes: Buffer): string {
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
