import { FunctionError, type FunctionInvoker } from "../../functions/function-invoker.ts";
import type { Clock } from "../../std/clock.ts";
import type { Random } from "../../std/random.ts";
import type { Outcome, ProcessorStream } from "../processor.ts";
import { describeFailure } from "./invocation.ts";
import { buildEvent, eventHead, setInvocationId } from "./lambda-event.ts";
import { readReply, rejected } from "./lambda-reply.ts";

/** Record bytes in one event, as in a stream that says nothing else. */
const EVENT_BYTES_MAX = 1024 * 1024;
/** Nobody here has to hold the replies of many calls at a time. */
const REPLY_BYTES_MAX = 256 * 1024 * 1024;

/** What a function made of one record: several outcomes where it makes many of one. */
export interface TriedRecord {
  /** Counts from 1. */
  readonly record: number;
  readonly outcomes: readonly Outcome[];
}

export interface TryOptions {
  readonly functions: FunctionInvoker;
  readonly functionArn: string;
  readonly stream: ProcessorStream;
  readonly fanOut: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** Calls a function as a stream would, once for each mebibyte of records and without a second attempt. */
export async function* tryFunction(
  records: AsyncIterable<Buffer>,
  options: TryOptions,
): AsyncGenerator<readonly TriedRecord[]> {
  let batch: Buffer[] = [];
  let bytes = 0;
  let first = 1;
  for await (const record of records) {
    if (batch.length > 0 && bytes + record.length > EVENT_BYTES_MAX) {
      yield await callFunction(batch, first, options);
      first += batch.length;
      batch = [];
      bytes = 0;
    }
    batch.push(record);
    bytes += record.length;
  }
  if (batch.length > 0) yield await callFunction(batch, first, options);
}

async function callFunction(batch: readonly Buffer[], first: number, options: TryOptions) {
  const { functions, functionArn, stream, fanOut, clock, random, signal } = options;
  const arrivalMs = clock.now();
  const sent = batch.map((bytes, index) => {
    const outcome = { index, result: "kept" as const, bytes };
    return { recordId: String(first + index).padStart(56, "0"), arrivalMs, bytes, outcome };
  });
  const event = buildEvent(eventHead(stream), sent);
  const context = { event, sent, functionArn, attempts: 1, fanOut };
  const payload = setInvocationId(event, random);
  let results: readonly (Outcome | readonly Outcome[])[];
  try {
    const reply = await functions.invoke({ functionArn, payload, replyBytesMax: REPLY_BYTES_MAX, signal });
    results = readReply(reply, context);
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error;
    const { code, message } = describeFailure(error);
    results = sent.map(({ outcome }) => rejected(outcome, context, code, message));
  }
  return results.map((outcomes, place): TriedRecord => ({ record: first + place, outcomes: [outcomes].flat() }));
}
