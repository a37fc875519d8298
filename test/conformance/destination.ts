import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Attempt, DeliveryProof, Destination, Parcel } from "../../src/destinations/destination.ts";
import { DestinationError } from "../../src/destinations/destination-error.ts";
import { ParcelProgress } from "../../src/destinations/parcel-progress.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";

/**
 * What the delivery engine needs of every destination whose effect is idempotent. A destination's test hands over a
 * subject with a fake target behind it; the suite says what goes wrong in front of the target and what has to be there
 * afterwards. `effects` counts what a reader of the target sees.
 */
export interface DestinationUnderTest {
  readonly destination: Destination;
  /** What goes wrong in the next delivery. */
  fail(fault: DeliveryFault): void;
  /** Requests that were sent by an attempt that nobody waits for any more arrive now. */
  arriveLate(): Promise<void>;
  /** A second process with the same target. */
  successor(): Destination;
  /** What is visible at the target under the parcel's name: its content, once for each time that it is there. */
  effects(parcel: Parcel): Promise<Buffer[]>;
  /** Puts something under the parcel's name that is not the parcel. */
  occupy(parcel: Parcel): Promise<void>;
}

/** `before`: fails without an effect. `after`: takes effect, the answer is lost. `late`: takes effect at `arriveLate`. */
export type DeliveryFault = "before" | "after" | "late" | "hang" | "hang-after";

export function destinationConformance(name: string, open: () => Promise<DestinationUnderTest>): void {
  describe(`${name}: destination conformance`, () => {
    for (const [promise, check] of Object.entries(PROMISES)) {
      it(promise, async () => check(await open()));
    }
  });
}

/** A parcel with sensible values; a test names only those that it is about. */
export function makeParcel(overrides: Partial<Parcel> & { readonly content?: string | Buffer } = {}): Parcel {
  const { content = "record one\nrecord two\n", ...rest } = overrides;
  return {
    id: "2f0c6a1e-7d1b-4b9c-9a54-0d9a6c1f0001",
    ordinal: 0,
    settledBelow: 0,
    name: "2024/06/01/10/orders-1-2024-06-01-10-30-00-2f0c6a1e-7d1b-4b9c-9a54-0d9a6c1f0001",
    records: 2,
    outcomeDigest: "0badcafe",
    contentType: "application/octet-stream",
    metadata: { "lakehose-cause": "size" },
    body: bytesBody(Buffer.from(content)),
    ...rest,
  };
}

export function makeAttempt(overrides: Partial<Attempt> = {}): Attempt {
  return {
    number: 1,
    progress: new ParcelProgress(2),
    recordUpload: async () => undefined,
    signal: new AbortController().signal,
    ...overrides,
  };
}

/** Attempts until one gives a proof, as the engine does after retriable failures. */
export async function deliverPersistently(destination: Destination, parcel: Parcel): Promise<DeliveryProof> {
  for (let number = 1; number <= 200; number++) {
    try {
      return await destination.deliver(parcel, makeAttempt({ number }));
    } catch (error) {
      if (!(error instanceof DestinationError && error.retriable)) throw error;
    }
  }
  throw new Error("No attempt of 200 succeeded");
}

const PROMISES: Readonly<Record<string, (subject: DestinationUnderTest) => Promise<void>>> = {
  "a parcel lands whole and can be found": async (subject) => {
    const parcel = makeParcel();
    assert.equal(await subject.destination.find(parcel), undefined);
    const proof = await subject.destination.deliver(parcel, makeAttempt());
    assert.equal(proof.outcome, "delivered");
    assert.equal(proof.bytes, parcel.body.bytes);
    await hasLandedOnce(subject, parcel);
    const found = await subject.destination.find(parcel);
    assert.equal(found?.etag, proof.etag);
  },

  "delivering the same parcel again has no second effect": async (subject) => {
    const parcel = makeParcel();
    await subject.destination.deliver(parcel, makeAttempt());
    assert.equal((await subject.destination.deliver(parcel, makeAttempt())).outcome, "adopted");
    assert.equal((await subject.destination.deliver(parcel, makeAttempt({ number: 2 }))).outcome, "adopted");
    assert.equal((await subject.successor().deliver(parcel, makeAttempt())).outcome, "adopted");
    await hasLandedOnce(subject, parcel);
  },

  "a failure before the effect is retriable, and the retry lands": async (subject) => {
    const parcel = makeParcel();
    subject.fail("before");
    await assert.rejects(subject.destination.deliver(parcel, makeAttempt()), isRetriable);
    assert.deepEqual(await subject.effects(parcel), []);
    await subject.destination.deliver(parcel, makeAttempt({ number: 2 }));
    await hasLandedOnce(subject, parcel);
  },

  "an answer that is lost after the effect is made good by looking": async (subject) => {
    const parcel = makeParcel();
    subject.fail("after");
    const proof = await deliverPersistently(subject.destination, parcel);
    assert.equal(proof.outcome, "adopted");
    await hasLandedOnce(subject, parcel);
  },

  "a late request of a dead attempt changes nothing": async (subject) => {
    const parcel = makeParcel();
    subject.fail("late");
    await assert.rejects(subject.destination.deliver(parcel, makeAttempt()), isRetriable);
    const proof = await subject.successor().deliver(parcel, makeAttempt({ number: 2 }));
    await subject.arriveLate();
    await hasLandedOnce(subject, parcel);
    assert.equal((await subject.destination.find(parcel))?.etag, proof.etag);
  },

  "a late request that arrives first is adopted": async (subject) => {
    const parcel = makeParcel();
    subject.fail("late");
    await assert.rejects(subject.destination.deliver(parcel, makeAttempt()), isRetriable);
    await subject.arriveLate();
    // A target may have learned in between to refuse the late request: an upload that was aborted, for one.
    const arrived = (await subject.effects(parcel)).length > 0;
    const proof = await subject.successor().deliver(parcel, makeAttempt());
    assert.equal(proof.outcome, arrived ? "adopted" : "delivered");
    await hasLandedOnce(subject, parcel);
  },

  "a hung request ends with the signal and the retry lands": async (subject) => {
    const parcel = makeParcel();
    for (const fault of ["hang", "hang-after"] as const) {
      subject.fail(fault);
      const giveUp = new AbortController();
      const attempt = subject.destination.deliver(parcel, makeAttempt({ signal: giveUp.signal }));
      setImmediate(() => giveUp.abort(new Error("given up")));
      await assert.rejects(attempt, isRetriable);
      if (fault === "hang") assert.deepEqual(await subject.effects(parcel), []);
    }
    await subject.destination.deliver(parcel, makeAttempt({ number: 3 }));
    await hasLandedOnce(subject, parcel);
  },

  "a foreign object is never overwritten and never retried": async (subject) => {
    const parcel = makeParcel();
    await subject.occupy(parcel);
    const before = await subject.effects(parcel);
    for (const number of [1, 2]) {
      await assert.rejects(subject.destination.deliver(parcel, makeAttempt({ number })), isForeign);
    }
    await assert.rejects(subject.destination.find(parcel), isForeign);
    assert.deepEqual(await subject.effects(parcel), before);
  },

  "the same parcel id with other content is an alarm": async (subject) => {
    const parcel = makeParcel();
    await subject.destination.deliver(parcel, makeAttempt());
    const altered = makeParcel({ content: "something else\n", outcomeDigest: "deadbeef" });
    await assert.rejects(subject.successor().deliver(altered, makeAttempt()), isForeign);
    const fewer = makeParcel({ records: 1 });
    await assert.rejects(subject.successor().deliver(fewer, makeAttempt()), isForeign);
    await hasLandedOnce(subject, parcel);
  },
};

async function hasLandedOnce(subject: DestinationUnderTest, parcel: Parcel): Promise<void> {
  const wanted = await parcel.body.read(0, parcel.body.bytes);
  const effects = await subject.effects(parcel);
  assert.equal(effects.length, 1, `expected one effect, found ${effects.length}`);
  assert.ok(effects[0]?.equals(wanted), "the effect has the parcel's bytes");
}

function isRetriable(error: unknown): boolean {
  assert.ok(error instanceof DestinationError, String(error));
  assert.ok(error.retriable, error.message);
  return true;
}

function isForeign(error: unknown): boolean {
  assert.ok(error instanceof DestinationError, String(error));
  assert.equal(error.code, "foreign-object", error.message);
  assert.equal(error.retriable, false);
  return true;
}
