import type { z } from "zod";
import { replyMemory } from "../../functions/reply-memory.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Outcome, Processor, ProcessorBatch, ProcessorDefinition, ProcessorDependencies } from "../processor.ts";
import type { FunctionCall } from "./function-call.ts";
import { describeFailure, invokeUntilAnswered, isTooLarge, REQUEST_TOO_LARGE } from "./invocation.ts";
import { buildEvent, eventFrameBytes, eventHead, eventRecordBytes, releaseEvent } from "./lambda-event.ts";
import { lambdaOptionsSchema } from "./lambda-options.ts";
import { readReply, rejected } from "./lambda-reply.ts";
import { type WaitingRecord, waitingRecords } from "./waiting-records.ts";

/**
 * The transformation function of Amazon Data Firehose (reference 4.3).
 *
 * Calls of `process()` that overlap share invocations: their records wait in one queue, from which they are packed in the
 * order in which they came, up to the buffer size, never beyond the payload limit, and at most `concurrency` packs are
 * under way at a time. Nothing waits for a pack to fill: what is there when a place is free goes out, so that a quiet
 * stream has no delay and a busy one full packs. Each call gets its outcomes in the order of its batch.
 *
 * Whatever the function does ends as an outcome of its records; `process()` rejects only when it is aborted, or when the
 * processor is closed under it.
 */
export const lambdaProcessor: ProcessorDefinition = {
  type: "lambda",
  summary: "Hands records to a function in the manner of AWS Lambda, which keeps, changes, drops or fails them.",
  pure: false,
  optionsSchema: lambdaOptionsSchema,
  create: (options, dependencies) => new LambdaProcessor(options, dependencies),
};

class LambdaProcessor implements Processor {
  readonly type = "lambda";
  readonly pure = false;
  readonly #options: z.infer<typeof lambdaOptionsSchema>;
  readonly #dependencies: ProcessorDependencies;
  readonly #eventHead: string;
  readonly #underWay = new Set<AbortController>();
  #waiting: WaitingRecord[] = [];
  /** How many of `#waiting` are gone already. */
  #taken = 0;
  #drainDue = false;
  #closed = false;

  constructor(options: JsonObject, dependencies: ProcessorDependencies) {
    this.#options = lambdaOptionsSchema.parse(options);
    this.#dependencies = dependencies;
    this.#eventHead = eventHead(dependencies.stream);
  }

  async process(batch: ProcessorBatch, signal: AbortSignal): Promise<ProcessorBatch> {
    signal.throwIfAborted();
    if (this.#closed) throw closedError();
    const { call, records } = waitingRecords(batch, this.#dependencies.stream.uid, signal);
    if (records.length === 0) return batch;
    for (const record of records) this.#waiting.push(record);
    this.#drainSoon();
    return call.done;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const reason = closedError();
    for (const { call } of this.#waiting) call.fail(reason);
    for (const controller of this.#underWay) controller.abort(reason);
    this.#waiting = [];
    this.#taken = 0;
  }

  /** Not at once: calls that begin in the same turn are to share the first pack. */
  #drainSoon(): void {
    if (this.#drainDue) return;
    this.#drainDue = true;
    queueMicrotask(() => {
      this.#drainDue = false;
      this.#drain();
    });
  }

  #drain(): void {
    while (this.#underWay.size < this.#options.concurrency) {
      const pack = this.#takePack();
      if (pack.length === 0) return;
      void this.#send(pack).then(() => this.#drain());
    }
  }

  /** The next records that fit into one event together. A record that fits into none is rejected on the way. */
  #takePack(): readonly WaitingRecord[] {
    const { bufferBytes, payloadBytesMax } = this.#options;
    const frameBytes = eventFrameBytes(this.#eventHead);
    const pack: WaitingRecord[] = [];
    let dataBytes = 0;
    let eventBytes = frameBytes;
    for (; this.#taken < this.#waiting.length; this.#taken++) {
      const record = this.#waiting[this.#taken];
      if (record === undefined || record.call.over) continue;
      const recordBytes = eventRecordBytes(record.idLength, record.bytes);
      if (frameBytes + recordBytes > payloadBytesMax) {
        this.#rejectTooLarge(record, frameBytes + recordBytes);
        continue;
      }
      const full = dataBytes + record.bytes.length > bufferBytes || eventBytes + recordBytes > payloadBytesMax;
      if (full && pack.length > 0) return pack;
      pack.push(record);
      dataBytes += record.bytes.length;
      eventBytes += recordBytes;
    }
    this.#waiting = [];
    this.#taken = 0;
    return pack;
  }

  #rejectTooLarge({ call, place, outcome }: WaitingRecord, eventBytes: number): void {
    const { function: functionArn, payloadBytesMax } = this.#options;
    const message = `The record alone makes an event of ${eventBytes} bytes, and at most ${payloadBytesMax} may be sent; raise the payload size (lakehose: lambda: payload-size)`;
    call.answer(place, rejected(outcome, { functionArn, attempts: 0 }, REQUEST_TOO_LARGE, message));
  }

  /** Never rejects: what goes wrong goes to the calls. */
  async #send(pack: readonly WaitingRecord[]): Promise<void> {
    const calls = new Set<FunctionCall>();
    for (const { call } of pack) calls.add(call);
    const controller = new AbortController();
    const onAbandoned = () => {
      if ([...calls].every(({ over }) => over)) controller.abort(new Error("Nobody waits for the reply any more"));
    };
    this.#underWay.add(controller);
    for (const call of calls) call.onAbandoned(onAbandoned);
    try {
      await this.#transform(pack, controller.signal);
    } catch (error) {
      for (const call of calls) call.fail(error);
    } finally {
      this.#underWay.delete(controller);
      for (const call of calls) call.forget(onAbandoned);
    }
  }

  async #transform(pack: readonly WaitingRecord[], signal: AbortSignal): Promise<void> {
    const { function: functionArn, code: plannedCode, retries, payloadBytesMax, fanOut } = this.#options;
    const { clock, stream, telemetry } = this.#dependencies;
    const event = buildEvent(this.#eventHead, pack);
    const startedAt = clock.monotonic();
    const invocation = { functionArn, plannedCode, event, replyBytesMax: payloadBytesMax, retries, signal };
    const { reply, failure, attempts } = await invokeUntilAnswered(invocation, this.#dependencies);
    telemetry.emit("processor.functionAnswered", {
      stream: stream.name,
      function: functionArn,
      success: failure === undefined,
      records: pack.length,
      attempts,
      durationMs: clock.monotonic() - startedAt,
    });
    if (failure === undefined) {
      const outcomes = readReply(reply, { event, sent: pack, functionArn, attempts, fanOut });
      // Whoever answered has had the event, and what was read out of the reply is a copy.
      if (attempts === 1) releaseEvent(event);
      replyMemory.giveBack(reply);
      this.#countTransformed(outcomes);
      for (const [at, { call, place }] of pack.entries()) call.answer(place, outcomes[at] ?? []);
      return;
    }
    if (isTooLarge(failure) && pack.length > 1) return this.#transformHalves(pack, signal);
    const { code, message } = describeFailure(failure);
    for (const { call, place, outcome } of pack) {
      call.answer(place, rejected(outcome, { functionArn, attempts }, code, message));
    }
  }

  #countTransformed(outcomes: readonly (Outcome | readonly Outcome[])[]): void {
    let records = 0;
    let bytes = 0;
    const count = (outcome: Outcome) => {
      if (outcome.result !== "kept") return;
      records++;
      bytes += outcome.bytes.length;
    };
    for (const outcome of outcomes) {
      if ("result" in outcome) count(outcome);
      else outcome.forEach(count);
    }
    const { stream, telemetry } = this.#dependencies;
    telemetry.emit("processor.recordsTransformed", {
      stream: stream.name,
      function: this.#options.function,
      records,
      bytes,
    });
  }

  /** Fewer records make a smaller reply; in the end only the record is rejected that is too large by itself. */
  async #transformHalves(pack: readonly WaitingRecord[], signal: AbortSignal): Promise<void> {
    const middle = pack.length >> 1;
    await this.#transform(pack.slice(0, middle), signal);
    await this.#transform(pack.slice(middle), signal);
  }
}

function closedError(): Error {
  return new Error("The processor was closed while records waited for their function");
}
