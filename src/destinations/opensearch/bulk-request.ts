import { invariant } from "../../std/assert.ts";
import type { Address } from "./addressing.ts";

/**
 * One `POST /_bulk`:
 *
 * body   => (action LF source LF)*
 * action => {"create":{"_index":…,"_id":…}} | {"index":{"_index":…,"_id":…,"version":…,"version_type":"external_gte"}}
 *
 * `create` under an id of ours, or none: what is there stays as it is. `index` under an id of the user's: the later record
 * replaces the earlier one. The index stands in each action, so the cluster has to allow it
 * (`rest.action.multi.allow_explicit_index`, which is its default).
 */
export interface BulkItem {
  /** The record's place in its parcel. */
  readonly place: number;
  readonly address: Address;
  readonly action: string;
  readonly line: Buffer;
  /** Of both lines. */
  readonly bytes: number;
}

const LINE_FEED = 0x0a;

export class BulkItems {
  readonly #typePart: string;
  readonly #replaces: boolean;
  /** Of the last index. */
  #start = { index: "", text: "" };

  /** `typeName`: of Elasticsearch before version 7. `replaces`: a later record takes the place of one with the same id. */
  constructor(options: { readonly typeName?: string | undefined; readonly replaces: boolean }) {
    this.#typePart = options.typeName ? `,"_type":${JSON.stringify(options.typeName)}` : "";
    this.#replaces = options.replaces;
  }

  item(place: number, address: Address, line: Buffer): BulkItem {
    const action = this.#actionOf(address);
    return { place, address, action, line, bytes: Buffer.byteLength(action) + line.length + 2 };
  }

  #actionOf({ index, id, version }: Address): string {
    if (index !== this.#start.index || this.#start.text === "") {
      const verb = this.#replaces ? "index" : "create";
      this.#start = { index, text: `{"${verb}":{"_index":${JSON.stringify(index)}${this.#typePart}` };
    }
    const idPart = id === undefined ? "" : `,"_id":${JSON.stringify(id)}`;
    const versionPart = version === undefined ? "" : `,"version":${version},"version_type":"external_gte"`;
    return `${this.#start.text}${idPart}${versionPart}}}`;
  }
}

export function bulkBody(items: readonly BulkItem[]): Buffer {
  const body = Buffer.allocUnsafe(items.reduce((sum, { bytes }) => sum + bytes, 0));
  let at = 0;
  for (const { action, line } of items) {
    at += body.write(action, at);
    body[at++] = LINE_FEED;
    at += line.copy(body, at);
    body[at++] = LINE_FEED;
  }
  invariant(at === body.length, "the body is as long as its items");
  return body;
}
