/**
 * A frame is what is written, synced and verified as one: a header of 96 bytes and a body (metadata, index, payload). The
 * stream's log, the delivery journal and the staging log are all sequences of frames; the byte layout is in
 * `docs/internals/log-format.md`.
 */
export const FRAME_KINDS = { records: 1, watermark: 2, seal: 3, journal: 4, staging: 5 } as const;
export type FrameKind = (typeof FRAME_KINDS)[keyof typeof FRAME_KINDS];

export interface FrameInput {
  readonly kind: FrameKind;
  /** Wall clock, milliseconds; the frame log raises it to the previous frame's when the clock has gone back. */
  readonly arrivalMs: number;
  /** Opaque to the frame log. */
  readonly metadata?: Uint8Array;
  /** Where each record ends in `payload`; its length is the number of offsets that the frame takes. */
  readonly ends: Uint32Array;
  readonly payload: Uint8Array;
  /** CRC-32 of metadata, index and payload, where whoever appends has it already. */
  readonly bodyCrc?: number;
  /** May share a frame with others that are written in the same group; see `FrameLogOptions.join`. */
  readonly joinable?: boolean;
}

/** Several inputs as one. */
export interface JoinedFrame {
  readonly input: FrameInput;
  /** Records of the frame before those of each input that is in it, in order. */
  readonly recordsBefore: readonly number[];
}

export interface Frame {
  readonly kind: FrameKind;
  readonly firstOffset: number;
  readonly arrivalMs: number;
  readonly metadata: Buffer;
  readonly ends: Uint32Array;
  readonly payload: Buffer;
  /** CRC-32 of `payload`, where verifying the frame has brought it. */
  readonly payloadCrc?: number | undefined;
}
