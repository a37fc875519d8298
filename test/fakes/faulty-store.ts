import type { Random } from "../../src/std/random.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import {
  type ByteRange,
  type ListOptions,
  type MultipartUploads,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
  type ObjectStoreErrorCode,
  type PutObject,
  type StoreCapabilities,
  type UploadRef,
} from "../../src/storage/object-store.ts";

/**
 * A store between a real one and its user that fails as networks do. Faults are scripted (`script`), drawn from a seed
 * (`rates`), or both; scripted ones come first.
 *
 *   before  fails, nothing happened                 hang        no answer, nothing happened, until the signal gives up
 *   after   happened, but the answer is lost        hang-after  happened, no answer until the signal gives up
 *   late    no answer now; happens at `deliverLate` ok          passes
 */
export type FaultKind = "before" | "after" | "late" | "hang" | "hang-after" | "ok";

export interface Fault {
  readonly kind: FaultKind;
  /** What the caller is told. Default `unknown-outcome`. */
  readonly code?: ObjectStoreErrorCode;
  readonly storeCode?: string;
}

export type StoreOperation =
  | "ensureBucket"
  | "probe"
  | "put"
  | "head"
  | "get"
  | "delete"
  | "create"
  | "uploadPart"
  | "complete"
  | "abort";

export interface FaultRates {
  readonly before?: number;
  readonly after?: number;
  readonly late?: number;
}

/** Operations that seeded faults may hit late: an effect that arrives when nobody waits for it any more. */
const LATE_OPERATIONS: ReadonlySet<StoreOperation> = new Set<StoreOperation>(["put", "complete"]);

export class FaultyStore implements ObjectStore {
  readonly type: string;
  readonly multipart?: MultipartUploads;
  /** Every call, in order, for tests that ask what was done. */
  readonly calls: StoreOperation[] = [];
  readonly #inner: ObjectStore;
  readonly #scripts = new Map<StoreOperation, Fault[]>();
  readonly #random: Random | undefined;
  #rates: FaultRates;
  #late: Array<() => Promise<unknown>> = [];

  constructor(inner: ObjectStore, seeded?: { readonly random: Random; readonly rates: FaultRates }) {
    this.#inner = inner;
    this.type = inner.type;
    this.#random = seeded?.random;
    this.#rates = seeded?.rates ?? {};
    if (inner.multipart) this.multipart = this.#wrapUploads(inner.multipart);
  }

  /** What happens to the next calls of an operation, in order. */
  script(operation: StoreOperation, ...faults: Fault[]): void {
    this.#scripts.set(operation, [...(this.#scripts.get(operation) ?? []), ...faults]);
  }

  /** No more faults, scripted or seeded. What is late stays late. */
  heal(): void {
    this.#scripts.clear();
    this.#rates = {};
  }

  /** The requests of the dead arrive now. Their failures, if any, reach nobody. */
  async deliverLate(): Promise<number> {
    const late = this.#late;
    this.#late = [];
    await Promise.allSettled(late.map((request) => request()));
    return late.length;
  }

  ensureBucket(bucket: string): Promise<void> {
    return this.#call("ensureBucket", () => this.#inner.ensureBucket(bucket));
  }

  probe(bucket: string): Promise<StoreCapabilities> {
    return this.#call("probe", () => this.#inner.probe(bucket));
  }

  async put(request: PutObject): Promise<ObjectInfo> {
    // A request that is under way carries its bytes along, whatever becomes of the file that they came from.
    const body = bytesBody(await request.body.read(0, request.body.bytes));
    return this.#call("put", () => this.#inner.put(withoutSignal({ ...request, body })), request.signal);
  }

  head(bucket: string, key: string, signal?: AbortSignal): Promise<ObjectInfo | undefined> {
    return this.#call("head", () => this.#inner.head(bucket, key), signal);
  }

  async settle(bucket: string, key: string): Promise<void> {
    await this.#inner.settle?.(bucket, key);
  }

  get(bucket: string, key: string, range?: ByteRange): Promise<AsyncIterable<Buffer>> {
    return this.#call("get", () => this.#inner.get(bucket, key, range));
  }

  list(bucket: string, options?: ListOptions): AsyncIterable<ObjectInfo> {
    return this.#inner.list(bucket, options);
  }

  delete(bucket: string, key: string): Promise<void> {
    return this.#call("delete", () => this.#inner.delete(bucket, key));
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #wrapUploads(inner: MultipartUploads): MultipartUploads {
    return {
      putBytesMax: inner.putBytesMax,
      partBytes: inner.partBytes,
      create: (request) => this.#call("create", () => inner.create(withoutSignal(request)), request.signal),
      uploadPart: (upload: UploadRef, partNumber, bytes, signal) => {
        const sent = Buffer.from(bytes);
        return this.#call("uploadPart", () => inner.uploadPart(upload, partNumber, sent), signal);
      },
      complete: (upload, etags, request) =>
        this.#call("complete", () => inner.complete(upload, etags, withoutSignal(request)), request.signal),
      abort: (upload) => this.#call("abort", () => inner.abort(upload)),
      listUploads: (bucket, prefix) => inner.listUploads(bucket, prefix),
    };
  }

  async #call<T>(operation: StoreOperation, effect: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    this.calls.push(operation);
    const fault = this.#scripts.get(operation)?.shift() ?? this.#draw(operation);
    switch (fault.kind) {
      case "ok":
        return effect();
      case "before":
        throw failure(operation, fault);
      case "after":
        await effect();
        throw failure(operation, fault);
      case "late":
        this.#late.push(effect);
        throw failure(operation, fault);
      case "hang":
        await abortOf(signal, operation);
        throw failure(operation, fault);
      case "hang-after":
        await effect();
        await abortOf(signal, operation);
        throw failure(operation, fault);
    }
  }

  #draw(operation: StoreOperation): Fault {
    if (!this.#random) return { kind: "ok" };
    const { before = 0, after = 0, late = 0 } = this.#rates;
    const drawn = this.#random.fraction();
    if (drawn < before) return { kind: "before", code: "unavailable" };
    if (drawn < before + after) return { kind: "after" };
    if (drawn < before + after + late && LATE_OPERATIONS.has(operation)) return { kind: "late" };
    return { kind: "ok" };
  }
}

function failure(operation: StoreOperation, fault: Fault): ObjectStoreError {
  const code = fault.code ?? "unknown-outcome";
  const options = fault.storeCode === undefined ? {} : { storeCode: fault.storeCode };
  return new ObjectStoreError(code, `Injected: ${operation} ${fault.kind}`, options);
}

function abortOf(signal: AbortSignal | undefined, operation: StoreOperation): Promise<void> {
  if (!signal)
    throw new Error(`The fake cannot hang ${operation}: it was given no signal that would ever end the wait`);
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** What the network has taken on is not taken back by the one who sent it. */
function withoutSignal<Request extends { readonly signal?: AbortSignal }>(request: Request): Request {
  const { signal: _signal, ...rest } = request;
  return rest as Request;
}
