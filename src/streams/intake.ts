import type { Log } from "../log/log.ts";
import { LogError } from "../log/log-error.ts";
import { type PackedRecords, recordCount, sliceRecords } from "../model/records.ts";
import { invariant } from "../std/assert.ts";
import type { Clock } from "../std/clock.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { CreateIntakeRequest } from "./dependencies.ts";
import { Admission } from "./intake/admission.ts";
import { decodeAnswer, encodeAnswer, refusedRecord, type StoredAnswer } from "./intake/stored-answer.ts";
import { StreamError } from "./stream-error.ts";
import type { Intake, IntakeAnswer, IntakeCall, StreamDocument } from "./streams.ts";

export interface StreamIntakeOptions extends CreateIntakeRequest {
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /**
   * Called when nobody can say whether records survive a restart (`outcome-unknown`). Has to end the process: the call is
   * never answered, neither yes nor no would be true.
   */
  readonly failStop: (error: LogError) => void;
}

/**
 * The only door to a stream's log. A call goes through three questions, and no step between them waits:
 *
 * 1. Is it a retry? Of a call under way: it gets that call's answer. Of one in the log: the answer stored there.
 * 2. How much of it fits (disk budget, rate)? From the front, so that order is kept; the rest is refused by record.
 * 3. The log makes it durable, together with the answer, so that the same retry after a crash hears the same.
 *
 * A call of which nothing was accepted leaves no trace: its retry has to be able to succeed.
 */
export class StreamIntake implements Intake {
  readonly #log: Log;
  readonly #readStream: () => StreamDocument;
  readonly #telemetry: Telemetry;
  readonly #failStop: (error: LogError) => void;
  readonly #admission: Admission;
  /** Calls with a retry key that wait for their sync. Bounded by the requests under way. */
  readonly #underWay = new Map<string, Promise<IntakeAnswer>>();

  constructor(options: StreamIntakeOptions) {
    this.#log = options.log;
    this.#readStream = options.stream;
    this.#telemetry = options.telemetry;
    this.#failStop = options.failStop;
    this.#admission = new Admission(options);
  }

  get stream(): StreamDocument {
    return this.#readStream();
  }

  sourcePosition(sourceId: string): Uint8Array | undefined {
    return this.#log.sourcePosition(sourceId);
  }

  holdsMessage(digest: Buffer): boolean {
    return this.#log.holdsMessage(digest);
  }

  async accept(call: IntakeCall): Promise<IntakeAnswer> {
    invariant(recordCount(call.records) > 0, "a call to intake has at least one record");
    const { retryKey } = call;
    if (retryKey === undefined) return this.#append(call);
    const known = this.#underWay.get(retryKey);
    if (known !== undefined) return this.#repeat(await known);
    const recalled = this.#recall(retryKey);
    if (recalled !== undefined) return this.#repeat(recalled);
    const answer = this.#append(call);
    this.#underWay.set(retryKey, answer);
    try {
      return await answer;
    } finally {
      this.#underWay.delete(retryKey);
    }
  }

  #recall(retryKey: string): IntakeAnswer | undefined {
    const recalled = this.#log.recall(retryKey);
    if (recalled === undefined) return undefined;
    const { partition, firstOffset } = recalled;
    return { ...decodeAnswer(recalled.answer), partition, firstOffset, repeated: true };
  }

  #repeat(answer: IntakeAnswer): IntakeAnswer {
    const { name: stream } = this.stream;
    this.#telemetry.emit("stream.retryAnswered", { stream, records: answer.records });
    return { ...answer, repeated: true };
  }

  async #append(call: IntakeCall): Promise<IntakeAnswer> {
    const records = recordCount(call.records);
    // Redriven records were paid for when they came the first time; the rate is about producers.
    const limitRate = call.onlyDelivery === undefined;
    // A position in a source, messages, or first identities stand for all records of the call: half of it would be a lie.
    const whole = call.source !== undefined || call.messages !== undefined || call.origin !== undefined;
    const admitted = this.#admission.admit(call.records, { limitRate, whole });
    try {
      this.#reportRefused(records - admitted.records, admitted.reason);
      if (admitted.records === 0) throw slowDown(admitted.reason);
      const encrypted = this.stream.encryption.status === "ENABLED";
      const refusedCount = records - admitted.records;
      const refused = Array.from({ length: refusedCount }, (_, place) =>
        refusedRecord(admitted.records + place, "slow-down"),
      );
      const told = { records, encrypted, refused };
      const accepted = refusedCount === 0 ? call.records : sliceRecords(call.records, 0, admitted.records);
      const { partition, firstOffset } = await this.#log.append(appendRequest(call, accepted, told));
      const { name: stream } = this.stream;
      const bytes = accepted.bytes.length;
      this.#telemetry.emit("stream.recordsAccepted", { stream, records: admitted.records, bytes, call: call.call });
      return { ...told, partition, firstOffset, repeated: false };
    } catch (error) {
      if (!(error instanceof LogError && error.code === "outcome-unknown")) throw error;
      this.#failStop(error);
      return new Promise<never>(() => undefined);
    } finally {
      admitted.release();
    }
  }

  #reportRefused(records: number, reason: string | undefined): void {
    if (reason === undefined) return;
    this.#telemetry.emit("stream.recordsRefused", { stream: this.stream.name, records, reason });
  }
}

/** Doors that have a word for it tell producers that are too fast from a stream that is full. */
function slowDown(reason: string | undefined): StreamError {
  return new StreamError("slow-down", "Slow down.", reason === undefined ? {} : { reason });
}

function appendRequest(call: IntakeCall, records: PackedRecords, told: StoredAnswer) {
  const { retryKey, source, messages, onlyDelivery, origin } = call;
  return {
    records,
    ...(retryKey === undefined ? {} : { retryKey, answer: encodeAnswer(told) }),
    ...(source === undefined ? {} : { source }),
    ...(messages === undefined ? {} : { messages }),
    ...(onlyDelivery === undefined ? {} : { onlyDelivery }),
    ...(origin === undefined ? {} : { origin }),
  };
}
