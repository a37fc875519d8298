import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

/** What the cluster does with the next request. `lost`: takes it, and the answer does not come. `late`: takes it at `arriveLate`. */
export type ClusterFault =
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
  | "hang"
  | "hang-after"
  | "lost"
  | "late";

export interface StandInDocument {
  readonly id: string;
  readonly source: string;
  readonly version: bigint;
}

export interface BulkAction {
  readonly verb: "create" | "index";
  readonly _index: string;
  readonly _id?: string;
  readonly _type?: string;
  readonly version?: bigint;
}

/** What one document gets instead of its place in the index. */
export type ItemFault = { readonly status: number; readonly error: unknown };

/**
 * A stand-in for OpenSearch that knows nothing but bulk requests: ids, versions, `create` that finds a document there. Tests
 * that have a real one run the same promises against it (`LAKEHOSE_TEST_OPENSEARCH`).
 */
export interface StandInCluster {
  readonly address: string;
  readonly requests: { readonly url: string; readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
  /** Of an index, by id. */
  documents(index: string): ReadonlyMap<string, StandInDocument>;
  readonly indices: readonly string[];
  /** For the next requests, in order. */
  fail(...faults: ClusterFault[]): void;
  /** Asked about each document. */
  itemFault: (action: BulkAction, source: string) => ItemFault | undefined;
  /** Requests that were `late` take effect now. */
  arriveLate(): void;
  close(): Promise<void>;
}

export interface StandInClusterOptions {
  readonly tls?: { readonly cert: string; readonly key: string };
  /** A larger request is answered 413. */
  readonly requestBytesMax?: number;
}

export async function startStandInCluster(options: StandInClusterOptions = {}): Promise<StandInCluster> {
  const state = new State(options.requestBytesMax ?? Number.POSITIVE_INFINITY);
  const listener: RequestListener = async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const raw = Buffer.concat(pieces);
    const body = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    state.requests.push({ url: request.url ?? "", headers: request.headers, body });
    state.answer(body, response);
  };
  const server = options.tls ? createSecureServer(options.tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    address: `${options.tls ? "https" : "http"}://localhost:${port}`.replace("http://localhost", "http://127.0.0.1"),
    close: () => {
      server.closeAllConnections();
      return new Promise<void>((resolve) => server.close(() => resolve()));
    },
  });
}

class State {
  readonly requests: StandInCluster["requests"] = [];
  readonly #indices = new Map<string, Map<string, StandInDocument>>();
  readonly #faults: ClusterFault[] = [];
  readonly #late: Buffer[] = [];
  readonly #requestBytesMax: number;
  #nextId = 0;
  itemFault: StandInCluster["itemFault"] = () => undefined;

  constructor(requestBytesMax: number) {
    this.#requestBytesMax = requestBytesMax;
  }

  get indices(): readonly string[] {
    return [...this.#indices.keys()].sort();
  }

  documents(index: string): ReadonlyMap<string, StandInDocument> {
    return this.#indices.get(index) ?? new Map();
  }

  fail(...faults: ClusterFault[]): void {
    this.#faults.push(...faults);
  }

  arriveLate(): void {
    for (const body of this.#late.splice(0)) this.#take(body);
  }

  answer(body: Buffer, response: ServerResponse): void {
    const fault = this.#faults.shift();
    if (fault === "hang") return;
    if (fault === "late") this.#late.push(body);
    else if (fault === undefined || fault === "lost" || fault === "hang-after") {
      const isTooLarge = body.length > this.#requestBytesMax;
      const text = isTooLarge ? "" : this.#take(body);
      if (fault === "hang-after") return;
      if (fault === undefined) {
        response.writeHead(isTooLarge ? 413 : 200, { "content-type": "application/json" }).end(text);
        return;
      }
    } else {
      response.writeHead(fault.status, fault.headers).end(fault.body);
      return;
    }
    response.socket?.resetAndDestroy();
  }

  #take(body: Buffer): string {
    const lines = body.toString().split("\n");
    const last = lines.pop();
    if (last !== "" || lines.length % 2 !== 0) throw new Error("the body is not pairs of lines");
    const items: unknown[] = [];
    for (let at = 0; at < lines.length; at += 2) {
      const action = actionOf(lines[at] ?? "");
      items.push({ [action.verb]: this.#takeOne(action, lines[at + 1] ?? "") });
    }
    return JSON.stringify({ errors: items.some((item) => JSON.stringify(item).includes("error")), items });
  }

  #takeOne(action: BulkAction, source: string): { status: number; error?: unknown } {
    const fault = this.itemFault(action, source);
    if (fault !== undefined) return fault;
    const documents = this.#indices.get(action._index) ?? new Map<string, StandInDocument>();
    this.#indices.set(action._index, documents);
    const id = action._id ?? `generated-${this.#nextId++}`;
    const there = documents.get(id);
    const { version } = action;
    const isConflict = version === undefined ? action.verb === "create" && there : there && there.version > version;
    if (isConflict) return { status: 409, error: { type: "version_conflict_engine_exception", reason: `[${id}]` } };
    documents.set(id, { id, source, version: version ?? (there?.version ?? 0n) + 1n });
    return { status: there ? 200 : 201 };
  }
}

/** A version has more digits than a JavaScript number. */
function actionOf(line: string): BulkAction {
  const [[verb, value] = []] = Object.entries(JSON.parse(line) as Record<string, Omit<BulkAction, "verb" | "version">>);
  if (value === undefined || (verb !== "create" && verb !== "index")) throw new Error(`no action: ${line}`);
  const [, digits] = /"version":(\d+)/.exec(line) ?? [];
  return { ...value, verb, ...(digits === undefined ? {} : { version: BigInt(digits) }) } as BulkAction;
}
