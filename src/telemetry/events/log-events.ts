export interface LogEvents {
  "log.groupSynced": { stream: string; appends: number; bytes: number; syncMs: number };
  "log.syncFailed": { stream: string; file: string; reason: string };
  "log.segmentOpened": { stream: string; segment: number; recycled: boolean };
  "log.segmentReleased": { stream: string; segment: number };
  "log.tailCut": { stream: string; segment: number; fromByte: number; bytes: number };
  "log.sourceForgotten": { stream: string; source: string };
  "log.clockJumped": { stream: string; jumpMs: number };
  "log.recovered": { stream: string; start: number; end: number; rewrittenBytes: number };
}
