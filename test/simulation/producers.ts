import { retryKeyOf } from "../../src/api/firehose/put/put-into-stream.ts";
import { LogError } from "../../src/log/log-error.ts";
import { packRecords } from "../../src/model/records.ts";
import { StreamError } from "../../src/streams/stream-error.ts";
import type { IntakeAnswer } from "../../src/streams/streams.ts";
import type { Draw } from "./draw.ts";
import type { SentRecord } from "./ledger.ts";
import { type Life, seenBy } from "./life.ts";
import type { World } from "./world.ts";

/** Retries of a call come within this; a store of answers promises 15 minutes of log time. */
const RETRY_MS_MAX = 10 * 60_000;

/** One PutRecordBatch of a producer, with all its attempts. */
interface Call {
  readonly stream: string;
  readonly uid: string;
  readonly invocation: string;
  readonly records: readonly SentRecord[];
  readonly madeAtMs: number;
  /** Wall clocks that were set forward take the log's memory of calls with them. */
  readonly setForwardMs: number;
  attempts: Attempt[];
  answer: IntakeAnswer | undefined;
  /** Told that nothing of it was stored, or will be. */
  refused: boolean;
}

interface Attempt {
  readonly life: Life;
  state: "waiting" | "answered" | "refused";
}

/** Clients of all streams: send, wait, send again as SDKs do, and write down what they were told. */
export class Producers {
  readonly #world: World;
  readonly #draw: Draw;
  readonly #calls: Call[] = [];
  /** Records that were refused and wait to be sent under another id. */
  #again: SentRecord[] = [];
  #made = 0;

  constructor(world: World, draw: Draw) {
    this.#world = world;
    this.#draw = draw;
  }

  /** A new call with fresh records, or with those that were refused before. */
  send(stream: string): void {
    const uid = this.#world.service?.get(stream)?.uid;
    if (uid === undefined) return;
    const again = this.#again.filter((record) => record.uid === uid).slice(0, 5);
    const resend = again.length > 0 && this.#draw.chance(0.5);
    if (resend) this.#again = this.#again.filter((record) => !again.includes(record));
    const records = resend ? again : this.#freshRecords(stream, uid);
    this.#call(stream, uid, records);
  }

  /** One record, at once: the first words of a stream. */
  sendOne(stream: string): readonly SentRecord[] {
    const uid = this.#world.service?.get(stream)?.uid;
    if (uid === undefined) return [];
    const records = [this.#fresh(stream, uid)];
    this.#call(stream, uid, records);
    return records;
  }

  /** Sends some call again under its id: one that is under way, in doubt, refused, or answered long ago. */
  retry(): void {
    const now = this.#world.clock.monotonic();
    const young = this.#calls.filter((call) => this.#mayRetry(call, now));
    if (young.length === 0) return;
    const doubtful = young.filter((call) => call.answer === undefined);
    const from = doubtful.length > 0 && this.#draw.chance(0.8) ? doubtful : young;
    const call = from[this.#draw.between(0, from.length - 1)];
    if (call) this.#attempt(call);
  }

  /** Every call that is still in doubt is sent once more, as a patient SDK would. */
  retryAllInDoubt(): void {
    const now = this.#world.clock.monotonic();
    for (const call of this.#calls) if (call.answer === undefined && this.#mayRetry(call, now)) this.#attempt(call);
  }

  #mayRetry(call: Call, now: number): boolean {
    const { clock, service } = this.#world;
    const setForward = clock.setForwardMs > call.setForwardMs;
    return now - call.madeAtMs < RETRY_MS_MAX && !setForward && service?.get(call.stream)?.uid === call.uid;
  }

  #call(stream: string, uid: string, records: readonly SentRecord[]): void {
    const call: Call = {
      stream,
      uid,
      invocation: `invocation-${++this.#made}`,
      records,
      madeAtMs: this.#world.clock.monotonic(),
      setForwardMs: this.#world.clock.setForwardMs,
      attempts: [],
      answer: undefined,
      refused: false,
    };
    this.#calls.push(call);
    this.#attempt(call);
    // Another client, or a broken one, uses the same id for something else.
    if (this.#draw.chance(0.03)) this.#attempt(this.#sameIdOtherBody(call));
  }

  #sameIdOtherBody(call: Call): Call {
    const other: Call = {
      ...call,
      records: this.#freshRecords(call.stream, call.uid),
      attempts: [],
      answer: undefined,
    };
    this.#calls.push(other);
    this.#world.count("same-id-other-body");
    return other;
  }

  #attempt(call: Call): void {
    const { service, life, clock } = this.#world;
    if (service === undefined || !this.#world.alive) return;
    const attempt: Attempt = { life, state: "waiting" };
    if (call.attempts.length > 0) this.#world.count("retry");
    call.attempts.push(attempt);
    const body = call.records.map((record) => record.text).join("\n");
    const retryKey = retryKeyOf(["producer", call.stream, "PutRecordBatch", call.invocation, body]);
    for (const record of call.records) this.#world.ledger.expectArrival(record, clock.now());
    const accept = async () => {
      const records = packRecords(call.records.map((record) => Buffer.from(record.text)));
      return service.intake(call.stream).accept({ records, call: "PutRecordBatch", retryKey });
    };
    seenBy(life, accept).then(
      (answer) => this.#answered(call, attempt, answer),
      (error: unknown) => this.#failed(call, attempt, error),
    );
  }

  #answered(call: Call, attempt: Attempt, answer: IntakeAnswer): void {
    attempt.state = "answered";
    const { ledger, clock } = this.#world;
    if (answer.repeated) this.#world.count("repeated-answer");
    if (answer.records !== call.records.length) ledger.fail(`${call.invocation} was answered for another call`);
    if (call.answer !== undefined) {
      if (!sameAnswer(call.answer, answer)) ledger.fail(`${call.invocation} was answered in two ways`);
      return;
    }
    call.answer = answer;
    const refused = new Set(answer.refused.map(({ index }) => index));
    if (refused.size > 0) this.#world.count("partial-answer");
    let place = 0;
    for (const [index, record] of call.records.entries()) {
      if (refused.has(index)) this.#again.push(record);
      else ledger.acknowledge(record, answer.firstOffset + place++, clock.latestWallMs);
    }
  }

  #failed(call: Call, attempt: Attempt, error: unknown): void {
    const deleting = this.#world.service?.get(call.stream)?.status !== "ACTIVE";
    const told =
      error instanceof StreamError ||
      (error instanceof LogError && (error.code === "append-failed" || (error.code === "closed" && deleting)));
    this.#world.count(
      `refused-${error instanceof StreamError || error instanceof LogError ? error.code : "otherwise"}`,
    );
    if (!told) {
      // Whether it is stored nobody knows. A process that cannot say ends itself.
      this.#world.crash("kill");
      return;
    }
    attempt.state = "refused";
    // With all attempts refused nothing was stored: the application may send the records under another id.
    const open = call.attempts.some(({ state }) => state !== "refused");
    if (open || call.answer !== undefined || call.refused || !this.#draw.chance(0.4)) return;
    call.refused = true;
    this.#again.push(...call.records);
    this.#calls.splice(this.#calls.indexOf(call), 1);
  }

  #freshRecords(stream: string, uid: string): SentRecord[] {
    return Array.from({ length: this.#draw.between(1, 6) }, () => this.#fresh(stream, uid));
  }

  #fresh(stream: string, uid: string): SentRecord {
    const { clock, ledger, scenario } = this.#world;
    const large = this.#draw.chance(scenario.largeShare);
    const bytes = large ? this.#draw.between(2_000, scenario.segmentBytes / 2) : this.#draw.between(0, 120);
    return ledger.make(stream, uid, "x".repeat(bytes), clock.now());
  }
}

function sameAnswer(one: IntakeAnswer, other: IntakeAnswer): boolean {
  const refusedOf = (answer: IntakeAnswer) => answer.refused.map(({ index, code }) => `${index}${code}`).join();
  return one.firstOffset === other.firstOffset && refusedOf(one) === refusedOf(other);
}
