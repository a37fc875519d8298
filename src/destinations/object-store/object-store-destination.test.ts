import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { CreateBucketCommand } from "@aws-sdk/client-s3";
import {
  type DestinationUnderTest,
  deliverPersistently,
  destinationConformance,
  makeAttempt,
  makeParcel,
} from "../../../test/conformance/destination.ts";
import { FaultyStore } from "../../../test/fakes/faulty-store.ts";
import type { Clock } from "../../std/clock.ts";
import { nodeDisk } from "../../std/node-disk.ts";
import { seededRandom, systemRandom } from "../../std/random.ts";
import { bytesBody } from "../../storage/bytes-body.ts";
import { openDiskStore } from "../../storage/disk/disk-store.ts";
import { MemoryStore, type MemoryStoreOptions } from "../../storage/memory/memory-store.ts";
import type { ObjectStore, ObjectStoreErrorCode } from "../../storage/object-store.ts";
import { makeS3Client } from "../../storage/s3/s3-options.ts";
import { S3Store } from "../../storage/s3/s3-store.ts";
import { silentTelemetry } from "../../telemetry/telemetry.ts";
import type { Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import { destinationTypes, findDestinationType } from "../registry.ts";
import { type ObjectStoreDestination, objectStoreDestinationType } from "./object-store-destination.ts";

const bucket = "lake";
const clock: Clock = { now: () => 1_717_200_000_000, monotonic: () => 0, sleep: async () => undefined };
const smallParts = { putBytesMax: 4, partBytes: 5 };

function destinationOver(store: ObjectStore, options: object = {}): ObjectStoreDestination {
  const dependencies = { storeFor: () => store, telemetry: silentTelemetry, clock, random: seededRandom(1) };
  return objectStoreDestinationType.create({ bucket, ...options }, dependencies);
}

function fixture(options: Omit<MemoryStoreOptions, "clock"> = {}) {
  const memory = new MemoryStore({ clock, ...options });
  const store = new FaultyStore(memory);
  return { memory, store, destination: destinationOver(store) };
}

async function content(store: ObjectStore, key: string, name = bucket): Promise<Buffer[]> {
  if (!(await store.head(name, key))) return [];
  const pieces: Buffer[] = [];
  for await (const piece of await store.get(name, key)) pieces.push(piece);
  return [Buffer.concat(pieces)];
}

async function uploadsLeft(store: ObjectStore): Promise<number> {
  let count = 0;
  for await (const _upload of store.multipart?.listUploads(bucket, "") ?? []) count += 1;
  return count;
}

function hasCode(code: string, retriable: boolean) {
  return (error: unknown) => {
    assert.ok(error instanceof DestinationError, String(error));
    assert.deepEqual({ code: error.code, retriable: error.retriable }, { code, retriable });
    return true;
  };
}

for (const [name, options, operation] of [
  ["object-store", {}, "put"],
  ["object-store, in parts", { multipart: smallParts }, "complete"],
  ["object-store without conditions", { capabilities: { conditionalPut: false } }, "put"],
  [
    "object-store in parts without conditions",
    { multipart: smallParts, capabilities: { conditionalPut: false, conditionalComplete: false } },
    "complete",
  ],
] as const) {
  destinationConformance(name, async () => subjectOver(new MemoryStore({ clock, ...options }), operation));
}

destinationConformance("object-store on disk", async () => {
  const folder = await mkdtemp(join(tmpdir(), "lakehose-destination-"));
  after(() => rm(folder, { recursive: true, force: true }));
  const [root, temporaryDirectory, metadataDirectory] = ["buckets", "staging", "meta"].map((name) =>
    join(folder, name),
  );
  assert.ok(root && temporaryDirectory && metadataDirectory);
  return subjectOver(await openDiskStore({ disk: nodeDisk, root, temporaryDirectory, metadataDirectory }), "put");
});

for (const variable of ["LAKEHOSE_TEST_S3", "LAKEHOSE_TEST_MOTO"]) {
  const endpoint = process.env[variable];
  if (endpoint === undefined) {
    it.skip(`object-store on s3: needs an S3 server, its address belongs in ${variable}`);
    continue;
  }
  for (const [operation, putBytesMax] of [
    ["put", 1000],
    ["complete", 10],
  ] as const) {
    destinationConformance(`object-store at ${variable} by ${operation}`, async () => {
      const connection = { endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
      const client = makeS3Client(connection);
      const unique = `lakehose-${randomBytes(6).toString("hex")}`;
      await client.send(new CreateBucketCommand({ Bucket: unique }));
      client.destroy();
      const world = { clock, random: systemRandom, telemetry: silentTelemetry };
      const store = new S3Store({ ...connection, ...world, putBytesMax });
      after(() => store.close());
      return subjectOver(store, operation, unique);
    });
  }
}

/** A destination over `inner` with a store in between that fails on demand. */
function subjectOver(inner: ObjectStore, operation: "put" | "complete", name = bucket): DestinationUnderTest {
  const store = new FaultyStore(inner);
  return {
    destination: destinationOver(store, { bucket: name }),
    fail: (kind) => store.script(operation, { kind }),
    arriveLate: async () => void (await store.deliverLate()),
    successor: () => destinationOver(store, { bucket: name }),
    effects: (parcel) => content(inner, parcel.name, name),
    occupy: async (parcel) => {
      await inner.ensureBucket(name);
      await inner.put({ ...foreign(parcel), bucket: name });
    },
  };
}

function foreign(parcel: Parcel, metadata: Record<string, string> = { "lakehose-parcel": "somebody else" }) {
  const body = bytesBody(Buffer.from("else"));
  return { bucket, key: parcel.name, body, onlyIfAbsent: false, contentType: "text/plain", metadata };
}

describe("ObjectStoreDestination", () => {
  it("writes the parcel's identity and its own metadata", async () => {
    const { memory, destination } = fixture();
    const parcel = makeParcel({ contentEncoding: "gzip" });
    await destination.deliver(parcel, makeAttempt());
    const found = await memory.head(bucket, parcel.name);
    assert.equal(found?.contentEncoding, "gzip");
    assert.deepEqual(found.metadata, {
      "lakehose-cause": "size",
      "lakehose-parcel": parcel.id,
      "lakehose-records": "2",
      "lakehose-outcomes": "0badcafe",
      "lakehose-crc32": parcel.body.checksum.toString(16).padStart(8, "0"),
    });
  });

  it("adopts the same outcomes in other bytes: the first writer wins", async () => {
    const { memory, destination } = fixture();
    await destination.deliver(makeParcel({ content: "encoded one way" }), makeAttempt());
    const proof = await destination.deliver(makeParcel({ content: "encoded another way" }), makeAttempt());
    assert.equal(proof.outcome, "adopted");
    assert.equal(proof.bytes, "encoded one way".length);
    assert.deepEqual((await content(memory, makeParcel().name)).map(String), ["encoded one way"]);
  });

  it("asks and retries after a conflict", async () => {
    const { store, destination } = fixture();
    store.script("put", { kind: "before", code: "conflict" });
    await assert.rejects(destination.deliver(makeParcel(), makeAttempt()), hasCode("conflict", true));
    assert.deepEqual(store.calls.slice(-2), ["put", "head"]);
    assert.equal((await destination.deliver(makeParcel(), makeAttempt({ number: 2 }))).outcome, "delivered");
  });

  it("adopts when the conflict was with its own earlier request", async () => {
    const { store, destination } = fixture();
    store.script("put", { kind: "after", code: "conflict" });
    assert.equal((await destination.deliver(makeParcel(), makeAttempt())).outcome, "adopted");
  });

  it("tries again when the object that was in the way is gone", async () => {
    const { store, destination } = fixture();
    store.script("put", { kind: "before", code: "exists" });
    await assert.rejects(destination.deliver(makeParcel(), makeAttempt()), hasCode("conflict", true));
    assert.equal((await destination.deliver(makeParcel(), makeAttempt({ number: 2 }))).outcome, "delivered");
  });

  it("recognises its object by the bytes where the store drops metadata", async () => {
    const { destination } = fixture({ capabilities: { keepsMetadata: false } });
    await destination.deliver(makeParcel(), makeAttempt());
    assert.equal((await destination.deliver(makeParcel(), makeAttempt())).outcome, "adopted");
    const other = makeParcel({ content: "record one\nrecord 2wo\n" });
    await assert.rejects(destination.deliver(other, makeAttempt()), hasCode("foreign-object", false));
  });

  it("does not take an object without metadata and of other bytes for its own", async () => {
    const { memory, destination } = fixture();
    await memory.ensureBucket(bucket);
    await memory.put(foreign(makeParcel(), {}));
    await assert.rejects(destination.deliver(makeParcel(), makeAttempt()), hasCode("foreign-object", false));
  });

  it("settles what it adopts, before anybody counts on it", async () => {
    const memory = new MemoryStore({ clock });
    const settled: string[] = [];
    const settle = async (_bucket: string, key: string) => void settled.push(key);
    const destination = destinationOver(Object.assign(memory, { settle }));
    const parcel = makeParcel();
    await destination.deliver(parcel, makeAttempt());
    assert.deepEqual(settled, []);
    await destination.find(parcel);
    assert.deepEqual(settled, [parcel.name]);
  });

  it("asks before it writes where the store ignores conditions", async () => {
    const { store, destination } = fixture({ capabilities: { conditionalPut: false } });
    await destination.deliver(makeParcel(), makeAttempt());
    assert.deepEqual(store.calls, ["ensureBucket", "probe", "head", "put"]);
  });

  it("prepares once, and again after a failure", async () => {
    const { store, destination } = fixture();
    store.script("probe", { kind: "before", code: "unavailable" });
    await assert.rejects(destination.deliver(makeParcel(), makeAttempt()), hasCode("unavailable", true));
    await destination.deliver(makeParcel(), makeAttempt());
    await destination.deliver(makeParcel({ name: "other" }), makeAttempt());
    assert.equal(store.calls.filter((call) => call === "probe").length, 2);
  });

  for (const [code, storeCode, logCode] of [
    ["denied", "AccessDenied", "S3.AccessDenied"],
    ["denied", "EACCES", "S3.AccessDenied"],
    ["denied", "AllAccessDisabled", "S3.AllAccessDisabled"],
    ["no-such-bucket", "NoSuchBucket", "S3.NoSuchBucket"],
    ["rejected", "KMS.NotFoundException", "S3.KMS.NotFoundException"],
    ["rejected", "MethodNotAllowed", "S3.MethodNotAllowed"],
    ["throttled", "SlowDown", "InternalError"],
  ] as const satisfies readonly (readonly [ObjectStoreErrorCode, string, string])[]) {
    it(`calls ${code} (${storeCode}) ${logCode} in the delivery log, and tries again`, async () => {
      const { store, destination } = fixture();
      store.script("put", { kind: "before", code, storeCode });
      await assert.rejects(destination.deliver(makeParcel(), makeAttempt()), (error) => {
        assert.ok(error instanceof DestinationError);
        assert.equal(error.logCode, logCode);
        return error.retriable;
      });
    });
  }

  it("does not retry a name that the store can never take", async () => {
    const { store, destination } = fixture();
    store.script("put", { kind: "before", code: "invalid-key" });
    await assert.rejects(destination.deliver(makeParcel(), makeAttempt()), hasCode("invalid-key", false));
  });
});

describe("ObjectStoreDestination in parts", () => {
  const parcel = makeParcel();

  it("journals the upload before the first part", async () => {
    const { store, destination } = fixture({ multipart: smallParts });
    const order: string[] = [];
    const recordUpload = async () => void order.push(...store.calls, "recorded");
    await destination.deliver(parcel, makeAttempt({ recordUpload }));
    assert.equal(order.at(-1), "recorded");
    assert.ok(!order.includes("uploadPart"));
    assert.equal(store.calls.filter((call) => call === "uploadPart").length, Math.ceil(parcel.body.bytes / 5));
  });

  it("sends nothing when the upload cannot be journaled, and aborts it", async () => {
    const { store, memory, destination } = fixture({ multipart: smallParts });
    const recordUpload = () => Promise.reject(new Error("the journal is full"));
    await assert.rejects(destination.deliver(parcel, makeAttempt({ recordUpload })), /journal is full/);
    assert.ok(!store.calls.includes("uploadPart"));
    assert.equal(await uploadsLeft(memory), 0);
  });

  it("sends a failed part again", async () => {
    const { store, memory, destination } = fixture({ multipart: smallParts });
    store.script("uploadPart", { kind: "ok" }, { kind: "before", code: "unavailable" }, { kind: "after" });
    assert.equal((await destination.deliver(parcel, makeAttempt())).outcome, "delivered");
    assert.equal(store.calls.filter((call) => call === "create").length, 1);
    assert.deepEqual((await content(memory, parcel.name)).map(String), ["record one\nrecord two\n"]);
  });

  it("aborts the upload when a part keeps failing", async () => {
    const { store, memory, destination } = fixture({ multipart: smallParts });
    const failing = { kind: "before", code: "unavailable" } as const;
    store.script("uploadPart", failing, failing, failing, failing);
    await assert.rejects(destination.deliver(parcel, makeAttempt()), hasCode("unavailable", true));
    assert.equal(await uploadsLeft(memory), 0);
  });

  it("lets head decide after no-such-upload", async () => {
    const { store, destination } = fixture({ multipart: smallParts });
    store.script("complete", { kind: "after", code: "no-such-upload" });
    assert.equal((await destination.deliver(parcel, makeAttempt())).outcome, "adopted");
    const other = makeParcel({ name: "other" });
    store.script("complete", { kind: "before", code: "no-such-upload" });
    await assert.rejects(destination.deliver(other, makeAttempt()), hasCode("unknown-outcome", true));
  });

  it("is not harmed by a completion that slips past the abort", async () => {
    const { store, memory, destination } = fixture({ multipart: smallParts });
    store.script("complete", { kind: "late" });
    store.script("abort", { kind: "before", code: "unavailable" });
    await assert.rejects(destination.deliver(parcel, makeAttempt()), hasCode("unknown-outcome", true));
    const { etag } = await destination.deliver(parcel, makeAttempt({ number: 2 }));
    const written = await memory.head(bucket, parcel.name);
    assert.equal(await store.deliverLate(), 1);
    assert.deepEqual(await memory.head(bucket, parcel.name), written);
    assert.equal(written?.etag, etag);
  });

  it("aborts what a predecessor that died between two parts left behind", async () => {
    const { store, memory, destination } = fixture({ multipart: smallParts });
    const uploads: string[] = [];
    const dead = new Promise<never>(() => undefined);
    const recordUpload = (uploadId: string) => {
      uploads.push(uploadId);
      return dead;
    };
    void destination.deliver(parcel, makeAttempt({ recordUpload }));
    while (uploads.length === 0) await new Promise(setImmediate);
    assert.equal(await uploadsLeft(memory), 1);
    const successor = destinationOver(store);
    assert.equal(await successor.find(parcel), undefined);
    await successor.abandonUploads(parcel, [uploads[0] ?? "", "unknown"]);
    assert.equal(await uploadsLeft(memory), 0);
    assert.equal((await successor.deliver(parcel, makeAttempt())).outcome, "delivered");
  });

  it("aborts an upload that its predecessor did not live to journal, and nobody else's", async () => {
    const { store, memory, destination } = fixture({ multipart: smallParts });
    let begun = false;
    const recordUpload = () => {
      begun = true;
      return new Promise<never>(() => undefined);
    };
    void destination.deliver(parcel, makeAttempt({ recordUpload }));
    while (!begun) await new Promise(setImmediate);
    const strangers = { ...makeParcel({ id: "other", name: `${parcel.name}-longer`, content: "x" }), bucket };
    const { contentType, metadata, name: key } = strangers;
    await memory.multipart?.create({ bucket, key, contentType, metadata, onlyIfAbsent: true });
    await destinationOver(store).abandonUploads(parcel, []);
    assert.equal(await uploadsLeft(memory), 1);
  });
});

describe("ObjectStoreDestination under seeded faults", () => {
  for (const options of [{}, { multipart: smallParts }] as const) {
    const way = "multipart" in options ? "parts" : "one put";
    it(`lands every parcel of 40 seeds exactly once (${way})`, async () => {
      let adoptions = 0;
      let late = 0;
      for (let seed = 1; seed <= 40; seed++) {
        const memory = new MemoryStore({ clock, ...options });
        const rates = { before: 0.1, after: 0.15, late: 0.1 };
        const store = new FaultyStore(memory, { random: seededRandom(seed), rates });
        for (let index = 0; index < 5; index++) {
          const parcel = makeParcel({ id: `id-${index}`, name: `name-${index}`, content: `content ${index}` });
          const proof = await deliverPersistently(destinationOver(store), parcel);
          if (proof.outcome === "adopted") adoptions += 1;
          if (index % 2 === 0) late += await store.deliverLate();
        }
        late += await store.deliverLate();
        for (let index = 0; index < 5; index++) {
          assert.deepEqual((await content(memory, `name-${index}`)).map(String), [`content ${index}`], `seed ${seed}`);
        }
      }
      assert.ok(adoptions > 20, `enough adoptions to mean something, got ${adoptions}`);
      assert.ok(late > 10, `enough late requests to mean something, got ${late}`);
    });
  }
});

describe("destination registry", () => {
  it("lists types in the order of the alphabet, each with a schema and a summary", () => {
    const names = destinationTypes.map((one) => one.type);
    assert.deepEqual(names, [...names].sort());
    for (const one of destinationTypes) assert.match(one.summary, /\.$/);
    assert.equal(findDestinationType("object-store"), objectStoreDestinationType);
    assert.equal(findDestinationType("carrier-pigeon"), undefined);
  });

  it("refuses options that the schema does not know", () => {
    const check = (options: object) => objectStoreDestinationType.optionsSchema.safeParse(options).success;
    assert.ok(check({ bucket }));
    assert.ok(check({ bucket, storageClass: "STANDARD_IA", acl: "private", encryption: { type: "sse-kms" } }));
    assert.ok(!check({}));
    assert.ok(!check({ bucket: "a/b" }));
    assert.ok(!check({ bucket, colour: "blue" }));
    assert.ok(!check({ bucket, encryption: { type: "sse-c", key: "x" } }));
  });
});
