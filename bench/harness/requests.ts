import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";
import { SignatureV4 } from "@smithy/signature-v4";
import { Events } from "./events.ts";
import type { LoadOrder, Signing } from "./load-order.ts";
import { Trips } from "./trips.ts";

/** A request ready for the socket. */
export interface PreparedRequest {
  readonly parts: readonly Buffer[];
  readonly records: number;
  /** Of the records, before base64. */
  readonly bytes: number;
}

/** Small requests are one write; joining large ones would only copy them. */
const JOINED_BYTES_MAX = 64 * 1024;

/** Kept between orders: variants of one question send the same bodies. More would cost gigabytes. */
const KEPT_SHAPES_MAX = 2;

/** Makes bodies once per shape and heads (with signatures) per order: nothing of it happens while the load runs. */
export class Requests {
  readonly #bodies = new Map<string, readonly Body[]>();

  async prepare(order: LoadOrder): Promise<readonly PreparedRequest[]> {
    const bodies = this.#bodiesOf(order);
    const sign = order.signing && signerOf(order.signing);
    const requests: PreparedRequest[] = [];
    for (const [index, { rest, bytes }] of bodies.entries()) {
      const stream = order.streams[index % order.streams.length] ?? "";
      const body = [Buffer.from(`{"DeliveryStreamName":"${stream}",`), rest];
      const headers = headersOf(order, body);
      const all = sign === undefined ? headers : await sign(headers, body);
      const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
      const parts = [Buffer.from(`POST / HTTP/1.1\r\n${head.join("")}\r\n`), ...body];
      requests.push({ parts: joinedIfSmall(parts), records: order.recordsPerRequest, bytes });
    }
    return requests;
  }

  #bodiesOf({ operation, records, recordBytes, recordsPerRequest, bodies }: LoadOrder): readonly Body[] {
    const shape = `${operation} ${bodies} x ${recordsPerRequest} ${records ?? "events"} x ${recordBytes}`;
    const known = this.#bodies.get(shape);
    if (known !== undefined) return known;
    const source = records === "trips" ? new Trips(bodies * recordsPerRequest) : new Events(recordBytes);
    const made = Array.from({ length: bodies }, () => bodyOf(operation, recordsPerRequest, source));
    const [oldest] = this.#bodies.keys();
    if (oldest !== undefined && this.#bodies.size >= KEPT_SHAPES_MAX) this.#bodies.delete(oldest);
    this.#bodies.set(shape, made);
    return made;
  }
}

interface Body {
  /** What follows the name of the stream, in the form in which AWS SDKs write it. */
  readonly rest: Buffer;
  /** Of the records, before base64. */
  readonly bytes: number;
}

function bodyOf(operation: LoadOrder["operation"], records: number, source: { next(): Buffer }): Body {
  let bytes = 0;
  const data = () => {
    const record = source.next();
    bytes += record.length;
    return `{"Data":"${record.toString("base64")}"}`;
  };
  const all = Array.from({ length: records }, data);
  const text = operation === "PutRecord" ? `"Record":${all[0]}}` : `"Records":[${all.join(",")}]}`;
  return { rest: Buffer.from(text, "latin1"), bytes };
}

function headersOf({ url, operation }: LoadOrder, body: readonly Buffer[]): Record<string, string> {
  return {
    host: new URL(url).host,
    "x-amz-target": `Firehose_20150804.${operation}`,
    "content-type": "application/x-amz-json-1.1",
    "content-length": String(byteLength(body)),
  };
}

function joinedIfSmall(parts: readonly Buffer[]): readonly Buffer[] {
  return byteLength(parts) <= JOINED_BYTES_MAX ? [Buffer.concat(parts)] : parts;
}

function byteLength(parts: readonly Buffer[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}

/** Signs as AWS SDKs do: with their own signer, over the whole body. */
function signerOf({ region, ...credentials }: Signing) {
  const signer = new SignatureV4({ service: "firehose", region, credentials, sha256: Sha256 });
  return async (headers: Record<string, string>, body: readonly Buffer[]) => {
    const signed = await signer.sign({
      method: "POST",
      protocol: "http:",
      hostname: headers.host ?? "",
      path: "/",
      headers,
      body: Buffer.concat(body),
    });
    return signed.headers;
  };
}

/** The shape of hash that the signer wants. */
class Sha256 {
  #hash: Hash | Hmac;
  readonly #secret: string | Uint8Array | undefined;

  constructor(secret?: unknown) {
    this.#secret = typeof secret === "string" || secret instanceof Uint8Array ? secret : undefined;
    this.#hash = this.#make();
  }

  #make(): Hash | Hmac {
    return this.#secret === undefined ? createHash("sha256") : createHmac("sha256", this.#secret);
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#make();
  }
}
