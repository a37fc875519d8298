import { FRAME_KINDS, type FrameInput, type JoinedFrame } from "../frames/frame.ts";
import { encodeCall } from "./frame-metadata.ts";

/** Calls above this have a frame to themselves: they are written from the producer's buffer, without a copy. */
const JOINED_CALL_BYTES_MAX = 16 * 1024;

/** Small beside what a delivery reads at once. */
const JOINED_FRAME_BYTES_MAX = 256 * 1024;

const NOTHING = new Uint8Array(0);

/**
 * Small calls that share a sync share a frame. A frame costs a header, two checksums and a link, when it is written and
 * again when it is read: more than a single record of a few hundred bytes. Each call stays whole, and what it brought for
 * its retry stands in the frame with the place of its records.
 */
export function joinCalls(inputs: readonly FrameInput[]): JoinedFrame[] {
  const frames: JoinedFrame[] = [];
  for (let at = 0; at < inputs.length; ) {
    const count = Math.max(1, countJoinable(inputs, at));
    frames.push(joined(inputs.slice(at, at + count)));
    at += count;
  }
  return frames;
}

function countJoinable(inputs: readonly FrameInput[], from: number): number {
  let bytes = 0;
  let count = 0;
  for (let input = inputs[from]; input !== undefined; input = inputs[from + count]) {
    const inputBytes = input.payload.byteLength + (input.metadata?.byteLength ?? 0);
    bytes += inputBytes;
    if (!input.joinable || inputBytes > JOINED_CALL_BYTES_MAX || bytes > JOINED_FRAME_BYTES_MAX) return count;
    count++;
  }
  return count;
}

function joined(inputs: readonly FrameInput[]): JoinedFrame {
  const [first] = inputs;
  if (first !== undefined && inputs.length === 1) return { input: first, recordsBefore: [0] };
  const recordsBefore: number[] = [];
  const metadata: Uint8Array[] = [];
  let records = 0;
  let bytes = 0;
  let arrivalMs = 0;
  for (const input of inputs) {
    const own = input.metadata ?? NOTHING;
    if (own.byteLength > 0) metadata.push(encodeCall(records, input.ends.length, own));
    recordsBefore.push(records);
    records += input.ends.length;
    bytes += input.payload.byteLength;
    arrivalMs = Math.max(arrivalMs, input.arrivalMs);
  }
  const { ends, payload } = packed(inputs, records, bytes);
  const kind = first?.kind ?? FRAME_KINDS.records;
  return { input: { kind, arrivalMs, metadata: Buffer.concat(metadata), ends, payload }, recordsBefore };
}

function packed(inputs: readonly FrameInput[], records: number, bytes: number): Pick<FrameInput, "ends" | "payload"> {
  const payload = Buffer.allocUnsafe(bytes);
  const ends = new Uint32Array(records);
  let record = 0;
  let end = 0;
  for (const input of inputs) {
    payload.set(input.payload, end);
    for (const recordEnd of input.ends) ends[record++] = end + recordEnd;
    end += input.payload.byteLength;
  }
  return { ends, payload };
}
