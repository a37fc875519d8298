import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { z } from "zod";
import type { KeptOutcome, Outcome, ProcessorBatch, ProcessorDefinition, RejectedOutcome } from "../processor.ts";

/**
 * What one record may unpack to: as much as the largest record that Lakehose takes at all (limits.ts). CloudWatch Logs
 * sends at most 6 MB; a record of zeros packed a thousandfold is an attack or a mistake.
 */
const UNPACKED_BYTES_MAX = 64 * 1024 * 1024;

/** Smaller records are unpacked here and now: the way to another thread and back costs more. */
const SYNC_BYTES_MAX = 16 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

const gunzipOnThreadPool = promisify(gunzip);

/**
 * Records that arrive gzipped one by one, as CloudWatch Logs sends them, are unpacked. Members one after another make one
 * record; a line break behind them is not theirs. What is no gzip, is cut short, fails its checksum or would be too large goes to the error output in its packed
 * form.
 */
export const decompressProcessor: ProcessorDefinition = {
  type: "decompress",
  summary: "Unpacks records that are compressed one by one.",
  pure: true,
  optionsSchema: z.strictObject({
    format: z.literal("gzip").default("gzip").describe("How the records are compressed"),
  }),
  create: () => ({
    type: "decompress",
    pure: true,
    process: (batch, signal) => decompressBatch(batch, signal),
    close: async () => undefined,
  }),
};

async function decompressBatch(batch: ProcessorBatch, signal: AbortSignal): Promise<ProcessorBatch> {
  const outcomes: Outcome[] = [];
  for (const outcome of batch.outcomes) {
    signal.throwIfAborted();
    outcomes.push(outcome.result === "kept" ? await decompressOutcome(outcome) : outcome);
  }
  return { source: batch.source, outcomes };
}

async function decompressOutcome(outcome: KeptOutcome): Promise<Outcome> {
  try {
    return { ...outcome, bytes: await unpack(outcome.bytes) };
  } catch (error) {
    return rejection(outcome.index, error);
  }
}

async function unpack(record: Buffer): Promise<Buffer> {
  const packed = withoutLineBreak(record);
  const options = { maxOutputLength: UNPACKED_BYTES_MAX };
  if (packed.length <= SYNC_BYTES_MAX) return gunzipSync(packed, options);
  return gunzipOnThreadPool(packed, options);
}

/**
 * Producers that end every record with a line break do so behind gzip too. It cannot be part of it: the last byte of a
 * member is the highest of its length, and a length with 0x0a there is far beyond the limit.
 */
function withoutLineBreak(record: Buffer): Buffer {
  if (record.at(-1) !== LINE_FEED) return record;
  return record.subarray(0, record.at(-2) === CARRIAGE_RETURN ? -2 : -1);
}

/** Error type, code and attempts of the service (reference 5.6). */
function rejection(index: number, error: unknown): RejectedOutcome {
  return {
    index,
    result: "rejected",
    errorType: "decompression-failed",
    code: "Decompression failed.",
    message: isTooLarge(error)
      ? `Expected a record that unpacks to at most ${UNPACKED_BYTES_MAX} bytes`
      : `Expected a record in gzip format: ${error instanceof Error ? error.message : String(error)}`,
    attempts: 1,
  };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}
