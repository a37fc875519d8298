import type { IdentifiedRecord } from "../../model/identified-records.ts";
import type { JsonObject } from "../../std/json.ts";
import type { Attempt, DeliveryProof, Destination, Parcel } from "../destination.ts";
import { DestinationError } from "../destination-error.ts";
import type { DestinationDependencies, DestinationType } from "../destination-type.ts";
import { HecChannel } from "./hec-channel.ts";
import { bodyOf, isEvents, runsOf } from "./hec-events.ts";
import { DATA_REFUSED } from "./hec-failure.ts";
import { CONNECTION_OPTIONS, type SplunkOptions, splunkOptionsSchema } from "./splunk-options.ts";

/**
 * Splunk's HTTP Event Collector as Amazon Data Firehose uses it (reference 2.5).
 *
 * Send.    A parcel is one or more requests. Splunk answers each with an ack id; the time for its acknowledgement begins
 *          with the sending.
 * Ask.     Until every ack id is acknowledged or its time is over. That time does not count against the time for
 *          retries. What is not acknowledged is in doubt and comes again with the next attempt: at least once.
 * Refusal. Splunk refuses a request as a whole and seldom says for which event. The records that are no events are found
 *          here and refused, the rest is sent again; where all look well, halves are sent until one record is left alone.
 * Health.  Asked before whatever is not the first attempt, so that an overloaded Splunk is not sent the same data again
 *          and again.
 */
export const splunkDestinationType = {
  type: "splunk",
  summary: "Splunk's HTTP Event Collector, events or raw text, with indexer acknowledgement; at least once.",
  optionsSchema: splunkOptionsSchema,
  takes: "records",
  errorType: "splunk-failed",
  connectionOptions: CONNECTION_OPTIONS,
  guarantee: "at-least-once",
  create: (options: JsonObject, dependencies: DestinationDependencies) =>
    new SplunkDestination(splunkOptionsSchema.parse(options), dependencies),
} as const satisfies DestinationType;

/** Between two questions for acknowledgements: doubled from the first to the longest. */
const ASK_FIRST_MS = 250;
const ASK_EVERY_MS = 5_000;

/** A request that Splunk took and has not acknowledged yet. */
interface Sent {
  readonly ackId: number;
  readonly indexes: readonly number[];
  readonly atMonotonic: number;
}

class SplunkDestination implements Destination {
  readonly #options: SplunkOptions;
  readonly #dependencies: DestinationDependencies;
  readonly #channel: HecChannel;
  readonly #delimiter: string;

  constructor(options: SplunkOptions, dependencies: DestinationDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#channel = new HecChannel(options, dependencies);
    this.#delimiter = options.delimiter ?? (options.endpointType === "raw" ? "\n" : "");
  }

  /** What Splunk has indexed it cannot be asked for by a name of ours. */
  async find(): Promise<DeliveryProof | undefined> {
    return undefined;
  }

  async deliver(parcel: Parcel, attempt: Attempt): Promise<DeliveryProof> {
    const { progress, number, signal } = attempt;
    if (number > 1) await this.#channel.checkHealth(signal);
    const sent: Sent[] = [];
    let failure: DestinationError | undefined;
    for await (const run of runsOf(parcel.body, this.#options.requestBytes, Buffer.byteLength(this.#delimiter))) {
      const open = run.filter(({ index }) => !progress.isSettled(index));
      try {
        await this.#sendRun(open, attempt, sent);
      } catch (error) {
        if (!(error instanceof DestinationError)) throw error;
        progress.isDoubtful ||= error.isDoubtful;
        failure = error;
        break;
      }
    }
    const unacknowledged = await this.#untilAcknowledged(sent, attempt);
    if (failure !== undefined || unacknowledged !== undefined) throw failure ?? unacknowledged;
    return { outcome: "delivered", etag: "", bytes: parcel.body.bytes };
  }

  async abandonUploads(): Promise<void> {
    // Records are never sent in parts.
  }

  close(): Promise<void> {
    return this.#channel.close();
  }

  /** Splunk has no events without content. */
  async #sendRun(records: readonly IdentifiedRecord[], attempt: Attempt, sent: Sent[]): Promise<void> {
    for (const record of records) if (record.bytes.length === 0) refuse(record, attempt, "An event cannot be empty");
    await this.#send(
      records.filter(({ bytes }) => bytes.length > 0),
      attempt,
      sent,
    );
  }

  async #send(records: readonly IdentifiedRecord[], attempt: Attempt, sent: Sent[]): Promise<void> {
    if (records.length === 0) return;
    const { clock, owner, telemetry } = this.#dependencies;
    const body = bodyOf(records, this.#delimiter);
    const who = { stream: owner.stream.name, delivery: owner.delivery };
    telemetry.emit("delivery.requestSent", { ...who, records: records.length, bytes: body.length });
    const atMonotonic = clock.monotonic();
    try {
      const ackId = await this.#channel.send(body, attempt.signal);
      const indexes = records.map(({ index }) => index);
      if (ackId !== undefined) sent.push({ ackId, indexes, atMonotonic });
      else for (const index of indexes) attempt.progress.delivered(index);
    } catch (error) {
      if (!(error instanceof DestinationError && error.code === DATA_REFUSED)) throw error;
      await this.#sendFewer(records, attempt, sent, error.message);
    }
  }

  async #sendFewer(
    records: readonly IdentifiedRecord[],
    attempt: Attempt,
    sent: Sent[],
    message: string,
  ): Promise<void> {
    const [only, ...others] = records;
    if (only !== undefined && others.length === 0) return refuse(only, attempt, message);
    const wrong = this.#options.endpointType === "event" ? records.filter(({ bytes }) => !isEvents(bytes)) : [];
    if (wrong.length > 0) {
      for (const record of wrong) refuse(record, attempt, message);
      const refused = new Set(wrong);
      return this.#send(
        records.filter((record) => !refused.has(record)),
        attempt,
        sent,
      );
    }
    const middle = Math.ceil(records.length / 2);
    await this.#send(records.slice(0, middle), attempt, sent);
    await this.#send(records.slice(middle), attempt, sent);
  }

  /** What is left to say about those that are not acknowledged in their time. */
  async #untilAcknowledged(sent: readonly Sent[], attempt: Attempt): Promise<DestinationError | undefined> {
    const { clock } = this.#dependencies;
    const beganAt = clock.monotonic();
    let waiting = sent;
    let failure: DestinationError | undefined;
    for (let waitMs = ASK_FIRST_MS; waiting.length > 0; waitMs = Math.min(2 * waitMs, ASK_EVERY_MS)) {
      const leftMs = Math.min(...waiting.map((one) => this.#leftMs(one)));
      await clock.sleep(Math.min(waitMs, Math.max(0, leftMs)), attempt.signal);
      const { acknowledged, problem } = await this.#ask(waiting, attempt.signal);
      for (const one of waiting) if (acknowledged.has(one.ackId)) this.#settle(one, attempt);
      waiting = waiting.filter(({ ackId }) => !acknowledged.has(ackId));
      const isLost = problem?.logCode === LOST_TOUCH;
      const late = waiting.filter((one) => isLost || this.#leftMs(one) <= 0);
      waiting = waiting.filter((one) => !late.includes(one));
      if (late.length > 0) failure = this.#unacknowledged(late.length, problem);
    }
    attempt.progress.isDoubtful ||= failure !== undefined;
    attempt.progress.uncountedMs += clock.monotonic() - beganAt;
    return failure;
  }

  /** A question that fails is asked again: the events are on their way all the same. */
  async #ask(waiting: readonly Sent[], signal: AbortSignal) {
    try {
      const ackIds = waiting.map(({ ackId }) => ackId);
      return { acknowledged: await this.#channel.acknowledged(ackIds, signal), problem: undefined };
    } catch (problem) {
      if (!(problem instanceof DestinationError)) throw problem;
      return { acknowledged: new Set<number>(), problem };
    }
  }

  #leftMs({ atMonotonic }: Sent): number {
    return atMonotonic + this.#options.acknowledgementMs - this.#dependencies.clock.monotonic();
  }

  #settle({ indexes, atMonotonic }: Sent, { progress }: Attempt): void {
    const { clock, owner, telemetry } = this.#dependencies;
    for (const index of indexes) progress.delivered(index);
    const latencyMs = clock.monotonic() - atMonotonic;
    telemetry.emit("delivery.acknowledged", { stream: owner.stream.name, delivery: owner.delivery, latencyMs });
  }

  #unacknowledged(requests: number, problem: DestinationError | undefined): DestinationError {
    const isLost = problem?.logCode === LOST_TOUCH;
    const within = isLost ? "" : ` within ${this.#options.acknowledgementMs} ms`;
    const asked = problem === undefined ? "" : `; the last question failed: ${problem.message}`;
    const message = `${requests} requests were not acknowledged${within}${asked}`;
    const logCode = isLost ? LOST_TOUCH : "Splunk.AckTimeout";
    return new DestinationError("not-acknowledged", message, { retriable: true, logCode, isDoubtful: true });
  }
}

/** Another node answers than the one that took the request: no acknowledgement will ever come. */
const LOST_TOUCH = "Splunk.ProxyWithoutStickySessions";

function refuse({ index }: IdentifiedRecord, { progress, number }: Attempt, message: string): void {
  progress.refused(index, { code: "Splunk.InvalidDataFormat", message, attempts: number });
}
