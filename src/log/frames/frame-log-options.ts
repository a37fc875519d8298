import type { Clock } from "../../std/clock.ts";
import type { Disk } from "../../std/disk.ts";
import type { KeyRing } from "../../std/key-ring.ts";
import type { Random } from "../../std/random.ts";
import type { Telemetry } from "../../telemetry/telemetry.ts";
import type { FrameInput, JoinedFrame } from "./frame.ts";
import type { SegmentRetention } from "./segment-keeper.ts";

export interface FrameLogOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  readonly directory: string;
  /** For telemetry and messages: the stream's name. */
  readonly label: string;
  /** 32 hex digits; files of another stream are refused. */
  readonly streamUid: string;
  readonly partition?: number;
  /** Capacity of a segment. Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Most released files kept for reuse; as many are as segments were made of late. Default 12. */
  readonly sparesMax?: number;
  readonly keyRing?: KeyRing;
  /** Whether what is written now has to be encrypted; asked before each group. Default: no. */
  readonly encrypted?: () => boolean;
  /** Offset that a witness (journal, snapshot) knows to be durable. A log that holds less is refused as damaged. */
  readonly witnessOffset?: number;
  /** Offset of the first frame of a new log. Default 0. */
  readonly firstOffset?: number;
  /** What is kept for replay although it was released. */
  readonly retention?: SegmentRetention;
  /** Called before segments below `endOffset` are let go; they stay when it rejects. */
  readonly beforeRelease?: (endOffset: number) => Promise<void>;
  /** Appends that wait behind a failed one fail with it, so that the order on disk is that of the calls. Default: no. */
  readonly ordered?: boolean;
  /** Puts neighbours of one group that are joinable into frames together. Default: a frame for each append. */
  readonly join?: (inputs: readonly FrameInput[]) => readonly JoinedFrame[];
  /** Whether an idle log writes a frame that proves its last group. Default: yes. */
  readonly watermark?: boolean;
  /**
   * Of a log that was put back from a copy: so many offsets after the last one that it has are never given out, since the
   * original may have given them to other records after the copy was made.
   */
  readonly skippedOffsets?: number;
}
