export interface SourceEvents {
  /** The upstream answers and reading has begun; `afterFailures`: attempts that failed before. */
  "source.connected": { source: string; kind: string; stream: string; afterFailures: number };
  "source.interrupted": {
    source: string;
    kind: string;
    stream: string;
    code: string;
    message: string;
    failures: number;
    retryInMs: number;
  };
  "source.stopped": { source: string; kind: string; stream: string };
  "source.warned": { source: string; kind: string; stream: string; code: string; message: string };
  /** The stream has no room; the source reads no further. */
  "source.held": { source: string; kind: string; stream: string };
  "source.recordsAppended": {
    source: string;
    kind: string;
    stream: string;
    records: number;
    bytes: number;
    duplicates: number;
  };
  "source.counted": { source: string; kind: string; stream: string; counter: string; by: number };
}
