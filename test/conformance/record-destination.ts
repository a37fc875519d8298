import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import type { Attempt, Destination, DestinationOwner, Parcel } from "../../src/destinations/destination.ts";
import { DestinationError } from "../../src/destinations/destination-error.ts";
import type { DestinationType } from "../../src/destinations/destination-type.ts";
import { ParcelProgress } from "../../src/destinations/parcel-progress.ts";
import { identifiedRecordsFormat } from "../../src/formats/identified-records/identified-records-format.ts";
import type { RecordIdentities } from "../../src/model/identified-records.ts";
import { packRecords } from "../../src/model/records.ts";
import { bytesBody } from "../../src/storage/bytes-body.ts";
import { makeAttempt, makeParcel } from "./destination.ts";

/**
 * What the delivery engine needs of every destination that takes records one by one. A destination's test hands over a
 * subject with a real target behind it, or a stand-in that is named as one.
 */
export interface RecordDestinationUnderTest {
  readonly destination: Destination;
  readonly guarantee: DestinationType["guarantee"];
  /** Another process of the same owner, with the same target. */
  successor(): Destination;
  /** Faults that the target, or a proxy before it, can be made to have. */
  readonly faults: readonly RecordFault[];
  /** What goes wrong in the next requests, once. */
  fail(fault: RecordFault): Promise<void> | void;
  /** Records that a reader of the target sees, as often as it sees them, in the target's order where it has one. */
  visible(): Promise<string[]>;
  /** A record that the target takes; equal numbers give equal texts. Default: small JSON objects. */
  record?(number: number): string;
  /** A record that the target refuses for good, alone, where it looks at records at all. */
  readonly poison?: string;
  /** Whether a target keeps the order of the records of one parcel. Default: it does. */
  readonly isOrdered?: boolean;
  close(): Promise<void>;
}

/**
 * `before`: fails without an effect. `after`: takes effect, the answer is lost. `hang`: nothing happens, no answer comes.
 * `partial`: takes every second record and refuses the others for now.
 */
export type RecordFault = "before" | "after" | "hang" | "partial";

export const TEST_OWNER: DestinationOwner = {
  stream: {
    name: "orders",
    uid: "0123456789abcdef0123456789abcdef",
    arn: "arn:aws:firehose:us-east-1:000000000000:deliverystream/orders",
    region: "us-east-1",
  },
  delivery: "destinationId-000000000001",
};

export function recordDestinationConformance(
  name: string,
  open: (t: TestContext) => Promise<RecordDestinationUnderTest>,
): void {
  describe(`${name}: record destination conformance`, () => {
    for (const [promise, { fault, check }] of Object.entries(PROMISES)) {
      it(promise, async (t) => {
        const subject = await open(t);
        try {
          if (fault !== undefined && !subject.faults.includes(fault)) return t.skip(`has no fault "${fault}"`);
          await check(subject, t);
        } finally {
          await subject.destination.close();
          await subject.close();
        }
      });
    }
  });
}

/** A parcel of records one by one; offsets begin at `firstOffset`. */
export async function makeRecordParcel(
  texts: readonly string[],
  { ordinal = 0, firstOffset = 1_000 * ordinal, arrivalsMs = Date.UTC(2026, 1, 25, 13), identities }: ParcelWishes = {},
): Promise<Parcel> {
  const chunks: Buffer[] = [];
  const encoder = identifiedRecordsFormat.open({
    options: {},
    compression: { type: "none" },
    seed: "",
    sink: { write: async (some) => void chunks.push(Buffer.concat(some)) },
    scratch: { path: () => Promise.reject(new Error("needs no file")) },
  });
  const records = packRecords(texts.map((text) => Buffer.from(text)));
  encoder.add(records, arrivalsMs, identities ?? { offsets: { first: firstOffset } });
  await encoder.finish();
  const id = `2f0c6a1e-7d1b-4b9c-9a54-${String(ordinal).padStart(12, "0")}`;
  return makeParcel({
    id,
    ordinal,
    settledBelow: ordinal,
    records: texts.length,
    body: bytesBody(Buffer.concat(chunks)),
  });
}

interface ParcelWishes {
  readonly ordinal?: number;
  readonly firstOffset?: number;
  readonly arrivalsMs?: number | readonly number[];
  readonly identities?: RecordIdentities;
}

export function attemptAt(parcel: Parcel, overrides: Partial<Attempt> = {}): Attempt {
  return makeAttempt({ progress: new ParcelProgress(parcel.records), ...overrides });
}

interface PromiseCheck {
  readonly fault?: RecordFault;
  readonly check: (subject: RecordDestinationUnderTest, t: TestContext) => Promise<unknown>;
}

const PROMISES: Readonly<Record<string, PromiseCheck>> = {
  "a parcel lands whole, in order": {
    check: async (subject) => {
      const texts = textsOf(subject, 0, 100);
      await deliver(subject.destination, await makeRecordParcel(texts));
      await isVisible(subject, texts);
    },
  },

  "parcels follow each other": {
    check: async (subject) => {
      for (let ordinal = 0; ordinal < 3; ordinal++) {
        await deliver(subject.destination, await makeRecordParcel(textsOf(subject, ordinal * 10, 10), { ordinal }));
      }
      await isVisible(subject, textsOf(subject, 0, 30));
    },
  },

  "a parcel that comes again, from a successor too, is there once where the target can": {
    check: async (subject) => {
      const texts = textsOf(subject, 0, 20);
      const parcel = await makeRecordParcel(texts);
      await deliver(subject.destination, parcel);
      await deliver(subject.destination, parcel);
      const successor = subject.successor();
      if ((await successor.find(parcel)) === undefined) await deliver(successor, parcel);
      await successor.close();
      await isVisible(subject, texts);
    },
  },

  "a failure before the effect is retriable, and the retry lands": {
    fault: "before",
    check: async (subject) => {
      const texts = textsOf(subject, 0, 20);
      const parcel = await makeRecordParcel(texts);
      const attempt = attemptAt(parcel);
      await subject.fail("before");
      await assert.rejects(subject.destination.deliver(parcel, attempt), isRetriable);
      assert.equal(attempt.progress.refusals.size, 0);
      await deliver(subject.destination, parcel, { ...attempt, number: 2 });
      await isVisible(subject, texts);
    },
  },

  "an answer that is lost after the effect leaves the records in doubt, and none is lost": {
    fault: "after",
    check: async (subject) => {
      const texts = textsOf(subject, 0, 20);
      const parcel = await makeRecordParcel(texts);
      const attempt = attemptAt(parcel);
      await subject.fail("after");
      const failure = await subject.destination.deliver(parcel, attempt).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure !== undefined) {
        isRetriable(failure);
        const doubt = attempt.progress.isDoubtful || (failure as DestinationError).isDoubtful;
        assert.ok(doubt, "whoever gives up has to know that the records may be there");
        await deliver(subject.destination, parcel, { ...attempt, number: 2 });
      }
      await isVisible(subject, texts);
    },
  },

  "a request that hangs ends with the signal, and the retry lands": {
    fault: "hang",
    check: async (subject) => {
      const texts = textsOf(subject, 0, 20);
      const parcel = await makeRecordParcel(texts);
      const giveUp = new AbortController();
      const attempt = attemptAt(parcel, { signal: giveUp.signal });
      await subject.fail("hang");
      const hanging = subject.destination.deliver(parcel, attempt);
      setTimeout(() => giveUp.abort(new Error("given up")), 300);
      await assert.rejects(hanging);
      const { signal } = new AbortController();
      await deliver(subject.destination, parcel, { ...attempt, signal, number: 2 });
      await isVisible(subject, texts);
    },
  },

  "records that the target has taken are not sent again with those that it has not": {
    fault: "partial",
    check: async (subject) => {
      const texts = textsOf(subject, 0, 20);
      const parcel = await makeRecordParcel(texts);
      const attempt = attemptAt(parcel);
      await subject.fail("partial");
      const failure = await subject.destination.deliver(parcel, attempt).catch((error: unknown) => error);
      if (failure instanceof Error) {
        isRetriable(failure);
        assert.ok(attempt.progress.unsettled > 0 && attempt.progress.unsettled < texts.length, "some are settled");
        await deliver(subject.destination, parcel, { ...attempt, number: 2 });
      }
      const visible = await subject.visible();
      assert.deepEqual(visible.toSorted(), texts.toSorted());
    },
  },

  "a record that the target refuses for good is told with its reason, and the others land": {
    check: async (subject, t) => {
      const { poison } = subject;
      if (poison === undefined) return t.skip("the target takes every record");
      const texts = textsOf(subject, 0, 9);
      const parcel = await makeRecordParcel([...texts.slice(0, 4), poison, ...texts.slice(4)]);
      const attempt = attemptAt(parcel);
      await deliver(subject.destination, parcel, attempt);
      assert.deepEqual([...attempt.progress.refusals.keys()], [4]);
      const refusal = attempt.progress.refusals.get(4);
      assert.ok((refusal?.code ?? "").length > 0 && (refusal?.message ?? "").length > 5, JSON.stringify(refusal));
      await isVisible(subject, texts);
    },
  },

  "many records, and large ones, land": {
    check: async (subject) => {
      const texts = textsOf(subject, 0, 3_000);
      await deliver(subject.destination, await makeRecordParcel(texts));
      const visible = await subject.visible();
      assert.equal(visible.length, texts.length);
      assert.deepEqual(visible.toSorted(), texts.toSorted());
    },
  },
};

function textsOf({ record = jsonRecord }: RecordDestinationUnderTest, from: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => record(from + index));
}

function jsonRecord(number: number): string {
  return JSON.stringify({ number, name: `record ${number}` });
}

/** Attempts until all is settled, as the engine does after retriable failures. */
async function deliver(destination: Destination, parcel: Parcel, first = attemptAt(parcel)): Promise<void> {
  for (let number = first.number; number < 50; number++) {
    try {
      await destination.deliver(parcel, { ...first, number });
      return;
    } catch (error) {
      isRetriable(error);
    }
  }
  assert.fail("No attempt of 50 succeeded");
}

async function isVisible(subject: RecordDestinationUnderTest, texts: readonly string[]): Promise<void> {
  const visible = await subject.visible();
  const found = subject.guarantee === "exactly-once" ? visible : [...new Set(visible)];
  if (subject.isOrdered === false) assert.deepEqual(found.toSorted(), texts.toSorted());
  else assert.deepEqual(found, texts);
}

function isRetriable(error: unknown): boolean {
  assert.ok(error instanceof DestinationError, String(error));
  assert.ok(error.retriable, error.message);
  return true;
}
